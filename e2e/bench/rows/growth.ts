import { type Bench, type Measurement, own, type Row } from '../bench.ts'
import { type GrowingStream, type GrowingStreams, growStreamsOn } from '../growth/growing-streams.ts'
import { type HeldProbes, holdProbes } from '../growth/held-probes.ts'
import { latenciesAt } from '../growth/latencies.ts'
import { timeRestarts } from '../growth/restarts.ts'
import {
  makeWorkingDirectory,
  type RunningServer,
  type WorkingDirectory,
} from '../growth/working-directory.ts'
import { diskUse } from '../resources/disk-use.ts'
import { memoryPerUpload, redisMemory } from '../resources/redis-memory.ts'
import { segmentPath } from '../servers/server.ts'

const sizes = [0, 1_000, 10_000, 100_000]
const outcomes = 20
const maxGrowth = 1.1

/** What gets slower or larger with the size of a stream. Probes wait, because they would distort the figures. */
export const growthRow = (bench: Bench): Row => ({
  name: 'growth',
  servers: ['server'],
  isOnce: true,
  targets: [
    'PUT',
    'GET streams?summary',
    'GET wire log, first page',
    'GET wire log, middle page',
    'GET wire log, last page',
    'GET probe',
    'GET report',
  ].map((name) => own(`${name}: in the full stream / in a new one`, `${name}, growth`, 'at most', maxGrowth)),
  async measure() {
    await using directory = await makeWorkingDirectory(bench)
    const { uploads, figures, faults } = await grow(bench, directory)
    return { figures: { ...figures, ...(await timeRestarts(directory, uploads)) }, faults }
  },
})

async function grow(
  bench: Bench,
  directory: WorkingDirectory,
): Promise<Measurement & { readonly uploads: number }> {
  await using opened = await directory.open({ isPinned: true })
  using probes = await holdProbes(opened.standalone)
  const growing = growStreamsOn(bench, opened, probes)
  const full = await growing.open()
  const figures: Record<string, number> = {}
  const wanted = [...new Set([...sizes.filter((size) => size < bench.options.growth), bench.options.growth])]
  for (const size of wanted) {
    const filled = await filling(opened, growing, full, size)
    const latencies = await latenciesAt(bench, opened, growing, full)
    for (const [name, ms] of Object.entries({ ...latencies, ...filled })) figures[`${name}@${size}`] = ms
    Object.assign(figures, growthsIn(latencies))
  }
  const sizesNow = await sizesOf(directory, opened, probes, full, growing.count())
  return { uploads: growing.count(), figures: { ...figures, ...sizesNow }, faults: growing.faults }
}

/** Bytes in Redis for each upload whose probe waits. */
async function filling(
  { standalone }: RunningServer,
  growing: GrowingStreams,
  full: GrowingStream,
  size: number,
) {
  const before = await redisMemory(standalone)
  const missing = size - full.count()
  await full.fillTo(size)
  await growing.settled()
  if (missing <= 0) return {}
  const perUpload = memoryPerUpload(before, await redisMemory(standalone), missing)
  return Object.fromEntries(Object.entries(perUpload).map(([kind, bytes]) => [`Redis bytes, ${kind}`, bytes]))
}

function growthsIn(latencies: Readonly<Record<string, number>>): Record<string, number> {
  const compared = Object.keys(latencies).filter((name) => `${name}, small` in latencies)
  const ratio = (name: string) => (latencies[name] ?? 0) / (latencies[`${name}, small`] ?? 1)
  return Object.fromEntries(compared.map((name) => [`${name}, growth`, ratio(name)]))
}

async function sizesOf(
  directory: WorkingDirectory,
  { standalone, api }: RunningServer,
  probes: HeldProbes,
  full: GrowingStream,
  uploads: number,
) {
  const before = await redisMemory(standalone)
  await probes.letGoFor(async () => {
    for (let number = 1; number <= outcomes; number++)
      await api.call('GET', `/probe/${full.stream}/${segmentPath(number)}`)
  })
  const after = await redisMemory(standalone)
  const { journalBytes, allBytes, maxEntries } = await diskUse(directory.path)
  return {
    'Redis bytes of a probe':
      ((after.kinds.probes ?? 0) - (before.kinds.probes ?? 0)) / (after.probes - before.probes),
    'journal bytes an upload': journalBytes / uploads,
    'disk bytes an upload': allBytes / uploads,
    'most entries in a directory': maxEntries,
  }
}
