import type { CDPSession, Page } from 'playwright-core'
import type { Browser } from '../../ui/support/browser.ts'

/** A page of the UI with measurements of the browser. */
export interface WatchedPage {
  readonly page: Page
  /** Processor time of the main thread since the page was opened, in milliseconds. */
  mainThreadMs(): Promise<number>
  /** Processor time of each task of the main thread during `work`, in milliseconds. */
  tasksDuring<Result>(
    work: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly tasks: readonly number[] }>
  notes(): Promise<Notes>
}

/** Measurements that the page makes of itself. */
interface Notes {
  /** For each row: milliseconds from the last byte of the upload to the frame that shows the row. */
  readonly delays: readonly number[]
  /** Tasks of more than 50 ms by the clock, in milliseconds. Other work on the machine makes them longer. */
  readonly longTasks: readonly number[]
  readonly layoutShift: number
  /** Bytes of this project's files as the server sent them, without the player. */
  readonly assetBytes: number
  readonly heapMegabytes: number
}

/** A script that runs in the page. */
const script = `
globalThis.notes = { delays: [], longTasks: [], layoutShift: 0 }
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) notes.longTasks.push(duration)
}).observe({ type: 'longtask', buffered: true })
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) notes.layoutShift += value
}).observe({ type: 'layout-shift', buffered: true })`

/**
 * Runs in a page whose rows are watched. A row says when its request began and how long it took, by the clock of the
 * server, which is this machine's. Its mark on the timeline is painted in the same frame.
 */
const rowScript = `
document.addEventListener('DOMContentLoaded', () => {
  const seen = new Set()
  const openedAt = Date.now()
  new MutationObserver((mutations) => {
    const rows = new Set(mutations.map(({ target }) => (target.nodeType === 1 ? target : target.parentElement)?.closest('.list-row')))
    const ends = []
    for (const row of rows) {
      const began = Date.parse(row?.querySelector('.c-time')?.title ?? '')
      const path = row?.querySelector('.c-path')?.title
      if (row?.hidden || !path || Number.isNaN(began) || row.classList.contains('flying') || seen.has(path)) continue
      seen.add(path)
      const ms = Number(row.querySelector('.c-ms').textContent.replace(/\\D/g, ''))
      if (began + ms > openedAt + 2_000) ends.push(began + ms)
    }
    if (ends.length > 0) setTimeout(() => { for (const end of ends) notes.delays.push(Date.now() - end) })
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['title'] })
})`

const read = `({
  ...notes,
  assetBytes: performance.getEntriesByType('resource')
    .filter(({ name }) => name.includes('/ui/assets/') && !name.endsWith('shaka-player.js'))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  heapMegabytes: performance.memory.usedJSHeapSize / 1e6,
})`

/** Opens a page. Watching its rows costs the page time. */
export async function openWatched(
  browser: Browser,
  path: string,
  { watchesRows = false } = {},
): Promise<WatchedPage> {
  const page = await browser.context.newPage()
  await page.addInitScript(script)
  if (watchesRows) await page.addInitScript(rowScript)
  await page.setViewportSize({ width: 1_440, height: 1_400 })
  const session = await browser.context.newCDPSession(page)
  // Measures processor time, not the clock, because other work on the machine is not the page's.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.goto(path)
  return {
    page,
    mainThreadMs: () => taskMs(session),
    tasksDuring: (work) => tasksDuring(session, work),
    notes: async () => (await page.evaluate(read)) as Notes,
  }
}

async function taskMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Processor time in microseconds. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** Tasks of all pages of this browser; the other pages are idle. */
async function tasksDuring<Result>(session: CDPSession, work: () => Promise<Result>) {
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  const includedCategories = ['disabled-by-default-devtools.timeline']
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories } })
  const result = await work()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const threads = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
  const mainThreads = new Set(threads.map(threadOf))
  const tasks = events
    .filter((event) => event.name === 'RunTask' && mainThreads.has(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1_000)
  return { result, tasks }
}
