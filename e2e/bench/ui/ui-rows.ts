import { setTimeout as sleep } from 'node:timers/promises'
import { faultsOf } from '../../load/putload.ts'
import { type Browser, startBrowser } from '../../ui/support/browser.ts'
import { type Bench, type Measurement, own, type Row } from '../bench.ts'
import { processorTime } from '../resources/processor-time.ts'
import { type Server, startServer } from '../servers/server.ts'
import { uploadRateRow } from './upload-rate.ts'
import { openWatched } from './watched-page.ts'

/** Uploads a second: a dozen cameras with two tracks and segments of half a second. */
const rate = 50
const watchers = 10
/** Seconds to wait for probes; with more than some thousand uploads that is too short for all of them. */
const maxProbeWaits = 120

/** The cost of the pages, in the browser and in ingest. */
export function uiRows(bench: Bench): Row[] {
  const row = (
    name: string,
    targets: Row['targets'],
    measure: (server: Server, browser: Browser) => Promise<Measurement>,
  ): Row => ({
    name,
    servers: ['server'],
    isOnce: true,
    targets,
    async measure() {
      await using server = await startServer(bench)
      await using browser = await startBrowser(server.standalone)
      // Awaited here, so that server and browser are disposed after the measurement.
      return await measure(server, browser)
    },
  })
  return [
    row(
      'ui-live',
      [
        own('ms from last byte to mark, p95', 'p95', 'at most', 300),
        own('longest task, ms of processor', 'longest task', 'at most', 50),
      ],
      (server, browser) => live(bench, server, browser),
    ),
    row(
      'ui-open',
      [
        own('main thread, ms', 'main thread', 'at most', 300),
        own('kB gzipped of ours', 'kB', 'at most', 60),
        own('layout shift', 'shift', 'at most', 0),
      ],
      (server, browser) => open(bench, server, browser),
    ),
    row(
      'ui-watchers',
      [own(`% of a core in ingest for ${watchers} pages`, '% ingest', 'at most', 3)],
      (server, browser) => watch(bench, server, browser),
    ),
    uploadRateRow(bench),
  ]
}

/** Duration in seconds: half a minute for each second of `--seconds`. */
const secondsOf = ({ options }: Bench): number => options.seconds * 30

const steady = (bench: Bench, { url }: Server, seconds: number, first: number) =>
  bench.generate({
    url,
    identity: bench.identity,
    body: bench.media.segments['8k'],
    connections: 4,
    rate,
    first,
    until: { seconds, warmUp: 0 },
  })

/** Measures a page that follows a stream with 50 uploads a second. */
async function live(bench: Bench, server: Server, browser: Browser): Promise<Measurement> {
  const path = `${server.standalone.url}/ui/streams/${server.stream}`
  const watched = await openWatched(browser, path, { watchesRows: true })
  await watched.page.locator('.list-row').first().waitFor()
  const opened = await watched.notes()
  const { result: account, tasks } = await watched.tasksDuring(async () => {
    const result = await steady(bench, server, secondsOf(bench), 1)
    await sleep(2_000)
    return result
  })
  const { delays, longTasks, layoutShift, heapMegabytes } = await watched.notes()
  const sorted = delays.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  const faults =
    delays.length < account.ok / 2 ? [`only ${delays.length} of ${account.ok} marks were seen`] : []
  return {
    figures: {
      p50: at(0.5),
      p95: at(0.95),
      'longest task': tasks.reduce((longest, ms) => Math.max(longest, ms), 0),
      'tasks over 50 ms by the clock': longTasks.length - opened.longTasks.length,
      shift: layoutShift,
      'heap MB': heapMegabytes,
      marks: delays.length,
      issued: account.issued,
    },
    faults: [...faults, ...faultsOf(account), ...browser.complaints],
  }
}

/** Measures how a page opens a stream with `--growth` uploads. */
async function open(bench: Bench, server: Server, browser: Browser): Promise<Measurement> {
  const account = await bench.generate({
    url: server.url,
    identity: bench.identity,
    body: bench.media.segments['8k'],
    connections: 16,
    first: 1,
    until: { count: bench.options.growth },
  })
  await probesEnd(server)
  const begun = performance.now()
  const watched = await openWatched(browser, `${server.standalone.url}/ui/streams/${server.stream}`)
  await watched.page.locator('.list-row .c-path[title]').first().waitFor()
  const firstRow = performance.now() - begun
  await watched.page.waitForLoadState('networkidle').catch(() => {})
  const mainThread = await watched.mainThreadMs()
  const { longTasks, layoutShift, assetBytes, heapMegabytes } = await watched.notes()
  return {
    figures: {
      uploads: account.ok,
      'main thread': mainThread,
      'first row': firstRow,
      'longest task': Math.max(0, ...longTasks),
      shift: layoutShift,
      kB: assetBytes / 1_000,
      'heap MB': heapMegabytes,
    },
    faults: [...faultsOf(account), ...browser.complaints],
  }
}

/** Waits until all probes have ended, because their results would be new states for the page. */
async function probesEnd({ api }: Server): Promise<void> {
  for (let n = 0; n < maxProbeWaits; n++) {
    const { json } = await api.call('GET', '/probes')
    if (Number(json.waiting) + Number(json.running) === 0) return
    await sleep(1_000)
  }
}

/** Measures the processor time of ingest for the same uploads with and without open pages. */
async function watch(bench: Bench, server: Server, browser: Browser): Promise<Measurement> {
  const seconds = Math.max(5, secondsOf(bench) / 4)
  // Warms ingest up, so that compilation counts for neither.
  await steady(bench, server, bench.options.warmUp, 1)
  const alone = await ingestShare(server, () => steady(bench, server, seconds, 100_000))
  for (let n = 0; n < watchers; n++)
    await openWatched(browser, `${server.standalone.url}/ui/streams/${server.stream}`)
  await steady(bench, server, bench.options.warmUp, 200_000)
  const watched = await ingestShare(server, () => steady(bench, server, seconds, 300_000))
  return {
    figures: {
      '% ingest': watched.percent - alone.percent,
      '% alone': alone.percent,
      '% watched': watched.percent,
    },
    faults: [...faultsOf(alone.account), ...faultsOf(watched.account), ...browser.complaints],
  }
}

async function ingestShare<Account>(
  { standalone }: Server,
  load: () => Promise<Account>,
): Promise<{ readonly percent: number; readonly account: Account }> {
  const used = async () => (await processorTime(standalone)).get('ingest') ?? 0
  const [before, begun] = [await used(), performance.now()]
  const account = await load()
  return { percent: (((await used()) - before) / (performance.now() - begun)) * 100, account }
}
