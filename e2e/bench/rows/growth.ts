import { type Bench, type Measurement, own, type Row } from '../bench.ts'
import { type Growing, type GrowingStream, growingOn } from '../growth/growing-streams.ts'
import { type HeldProbes, holdProbes } from '../growth/held-probes.ts'
import { latenciesAt } from '../growth/latencies.ts'
import { timeRestarts } from '../growth/restarts.ts'
import { type Home, makeHome, type Opened } from '../growth/working-directory.ts'
import { diskUse } from '../resources/disk-use.ts'
import { memoryPerUpload, redisMemory } from '../resources/redis-memory.ts'
import { segmentPath } from '../servers/server.ts'

const sizes = [0, 1_000, 10_000, 100_000]
const outcomes = 20
const mostGrowth = 1.1

/** What gets slower or larger with what is in a stream already. Probes wait, they would tell of themselves. */
export const growthRow = (bench: Bench): Row => ({
  name: 'growth',
  contenders: ['ours'],
  isOnce: true,
  targets: [
    'PUT',
    'GET streams?summary',
    'GET wire log, first page',
    'GET wire log, middle page',
    'GET wire log, last page',
    'GET probe',
    'GET report',
  ].map((name) =>
    own(`${name}: in the full stream / in a new one`, `${name}, growth`, 'at most', mostGrowth),
  ),
  async measure() {
    await using home = await makeHome(bench)
    const { uploads, figures, faults } = await grow(bench, home)
    return { figures: { ...figures, ...(await timeRestarts(home, uploads)) }, faults }
  },
})

async function grow(bench: Bench, home: Home): Promise<Measurement & { readonly uploads: number }> {
  await using opened = await home.open({ isPinned: true })
  using probes = await holdProbes(opened.server)
  const growing = growingOn(bench, opened, probes)
  const full = await growing.open()
  const figures: Record<string, number> = {}
  const wanted = [...new Set([...sizes.filter((size) => size < bench.options.growth), bench.options.growth])]
  for (const size of wanted) {
    const filled = await filling(opened, growing, full, size)
    const latencies = await latenciesAt(bench, opened, growing, full)
    for (const [name, ms] of Object.entries({ ...latencies, ...filled })) figures[`${name}@${size}`] = ms
    Object.assign(figures, growthsIn(latencies))
  }
  const sizesNow = await sizesOf(home, opened, probes, full, growing.count())
  return { uploads: growing.count(), figures: { ...figures, ...sizesNow }, faults: growing.faults }
}

/** Redis's bytes for each upload that was filled in, its probe waiting. */
async function filling({ server }: Opened, growing: Growing, full: GrowingStream, size: number) {
  const before = await redisMemory(server)
  const missing = size - full.count()
  await full.fillTo(size)
  await growing.settled()
  if (missing <= 0) return {}
  const perUpload = memoryPerUpload(before, await redisMemory(server), missing)
  return Object.fromEntries(Object.entries(perUpload).map(([kind, bytes]) => [`Redis bytes, ${kind}`, bytes]))
}

function growthsIn(latencies: Readonly<Record<string, number>>): Record<string, number> {
  const compared = Object.keys(latencies).filter((name) => `${name}, small` in latencies)
  const ratio = (name: string) => (latencies[name] ?? 0) / (latencies[`${name}, small`] ?? 1)
  return Object.fromEntries(compared.map((name) => [`${name}, growth`, ratio(name)]))
}

async function sizesOf(
  home: Home,
  { server, api }: Opened,
  probes: HeldProbes,
  full: GrowingStream,
  uploads: number,
) {
  const before = await redisMemory(server)
  await probes.letGoFor(async () => {
    for (let number = 1; number <= outcomes; number++)
      await api.call('GET', `/probe/${full.stream}/${segmentPath(number)}`)
  })
  const after = await redisMemory(server)
  const { journalBytes, allBytes, mostEntries } = await diskUse(home.path)
  return {
    'Redis bytes of a probe':
      ((after.kinds.probes ?? 0) - (before.kinds.probes ?? 0)) / (after.probes - before.probes),
    'journal bytes an upload': journalBytes / uploads,
    'disk bytes an upload': allBytes / uploads,
    'most entries in a directory': mostEntries,
  }
}
