import { readFile } from 'node:fs/promises'
import { faultsOf } from '../../load/putload.ts'
import { pauseProcess } from '../../server/pause-process.ts'
import type { Api } from '../api.ts'
import type { Bench, Row } from '../bench.ts'
import { interleave, interleaveFor } from '../growth/interleave.ts'
import { timedGet } from '../growth/queries.ts'
import { timeRestarts, untilIndexed } from '../growth/restarts.ts'
import {
  makeWorkingDirectory,
  type RunningServer,
  type WorkingDirectory,
} from '../growth/working-directory.ts'
import { segmentPath } from '../servers/server.ts'
import { percentile } from '../statistics.ts'

const maxStreams = 1_000
const perStream = 10
const turns = 200
const questions = 20
const secondsForAll = 4

/** Whether the server gets slower with the number of streams. Probes wait. */
export const growthStreamsRow = (bench: Bench): Row => ({
  name: 'growth-streams',
  servers: ['server'],
  isOnce: true,
  targets: [],
  async measure() {
    const count = Math.min(maxStreams, Math.ceil(bench.options.growth / 20))
    await using directory = await makeWorkingDirectory(bench)
    const { figures, uploads, faults } = await grow(bench, directory, count)
    return { figures: { ...figures, ...(await timeRestarts(directory, uploads)) }, faults }
  },
})

async function grow(bench: Bench, directory: WorkingDirectory, count: number) {
  await using opened = await directory.open({ isPinned: true })
  using _paused = await pauseProcess(opened.standalone, 'probe')
  const few = await latencies(bench, opened, await openStreams(opened.api, 1))
  const created = await openStreams(opened.api, count - 1)
  const faults = await fill(bench, opened, count)
  const uploads = turns + perStream * count
  await untilIndexed(opened.api, uploads)
  const many = await latencies(bench, opened, created)
  const figures = { ...at(1, few), ...at(count, many) }
  return { figures, uploads: uploads + turns, faults }
}

const at = (count: number, figures: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(figures).map(([name, figure]) => [`${name}@${count}`, figure]))

interface NewStreams {
  readonly ids: readonly string[]
  readonly lastMs: number
}

async function openStreams(api: Api, count: number): Promise<NewStreams> {
  const responses = []
  for (let left = count; left > 0; left--) responses.push(await api.call('POST', '/streams'))
  const newest = responses.slice(-questions).map(({ tookMs }) => tookMs)
  return { ids: responses.map(({ json }) => String(json.id)), lastMs: percentile(newest, 0.5) }
}

/** Pushes segments to all streams, in rounds; streams are numbered from 1. */
async function fill(
  { generate, identity, media }: Bench,
  { standalone }: RunningServer,
  count: number,
): Promise<string[]> {
  const faults: string[] = []
  for (let turn = 0; turn < perStream; turn++) {
    const url = `${standalone.url}/streams/{n}/${segmentPath(`fill_${turn}`)}`
    const load = { url, identity, body: media.segments['8k'], connections: 64, first: 1 }
    faults.push(...faultsOf(await generate({ ...load, until: { count } })))
  }
  return faults
}

async function latencies(bench: Bench, { api }: RunningServer, { ids, lastMs }: NewStreams) {
  const body = await readFile(bench.media.segments['8k'])
  let number = 0
  const [puts = []] = await interleave(turns, [putIntoNext])
  const paths = ['/streams?summary=true', '/streams?summary=true&limit=1000', '/streams']
  const asked = await interleaveFor(
    secondsForAll,
    questions,
    paths.map((path) => timedGet(api, path)),
  )
  const medians = paths.map((path, at) => [`GET ${path.slice(1)}`, percentile(asked[at] ?? [], 0.5)])
  return {
    PUT: percentile(puts, 0.5),
    'PUT p99': percentile(puts, 0.99),
    'POST streams': lastMs,
    ...Object.fromEntries(medians),
  }

  /** Makes an upload to another stream each time. */
  async function putIntoNext(): Promise<number> {
    const stream = ids[number % ids.length]
    const { status, tookMs } = await api.call('PUT', `/streams/${stream}/${segmentPath(number++)}`, body)
    if (status === 202) return tookMs
    throw new Error(`an upload into stream ${stream} was answered ${status}`)
  }
}
