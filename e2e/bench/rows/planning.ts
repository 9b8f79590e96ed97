import type { Bench, Measurement, Row } from '../bench.ts'
import { faultsOf, type Load } from '../generator.ts'
import { diskUse } from '../growth/disk-use.ts'
import { makeHome } from '../growth/home.ts'
import { redisMemory } from '../growth/redis-memory.ts'
import type { Size } from '../media.ts'
import { openStream } from '../ours.ts'
import { costs, type Payer } from '../planning/cost.ts'
import { probeFaults, recordFaults } from '../record-faults.ts'

interface Case {
  readonly name: string
  readonly size: Size
  readonly count: number
  readonly fresh?: Load['fresh']
}

const perSecond = 100
const connections = 8
const probesWithinMs = 180_000

const cases: readonly Case[] = [
  { name: '8 KiB', size: '8k', count: 1_000 },
  { name: '1 MiB', size: '1m', count: 500 },
  { name: '8 KiB, new connection', size: '8k', count: 500, fresh: 'full' },
  { name: '8 KiB, resumed', size: '8k', count: 500, fresh: 'resumed' },
]

/** What one upload costs at a moderate, steady rate: processor time of each process, memory of Redis, disk. */
export const planningRow = (bench: Bench): Row => ({
  name: 'planning',
  contenders: ['ours'],
  isOnce: true,
  targets: [],
  async measure() {
    const figures: Record<string, number> = {}
    const faults: string[] = []
    for (const one of cases) {
      bench.signal.throwIfAborted()
      const measurement = await measureCase(bench, one)
      for (const [name, figure] of Object.entries(measurement.figures))
        figures[`${name}@${one.name}`] = figure
      faults.push(...measurement.faults)
    }
    return { figures, faults }
  },
})

/** From the first upload until the last probe is done. */
async function measureCase(bench: Bench, { size, count, fresh }: Case): Promise<Measurement> {
  await using home = await makeHome(bench)
  await using opened = await home.open()
  const { server, api } = opened
  const publishing = await openStream(bench, opened)
  const before = {
    cost: await costs(server),
    memory: await redisMemory(server),
    disk: await diskUse(home.path),
  }
  const load: Load = {
    url: publishing.url,
    identity: bench.identity,
    body: bench.media.segments[size],
    connections,
    rate: perSecond,
    until: { count },
    ...(fresh ? { fresh } : {}),
  }
  const account = await bench.generate(load)
  const ours = { ...publishing, server, api, [Symbol.asyncDispose]: async () => {} }
  const lost = [...faultsOf(account), ...(await recordFaults(bench, ours, account.ok))]
  const faults = [...lost, ...(await probesEnded(bench, ours, count))]
  const after = {
    cost: await costs(server),
    memory: await redisMemory(server),
    disk: await diskUse(home.path),
  }
  return {
    figures: { ...perUpload(before, after, count), 'PUT p50 ms': account.p50, 'PUT p99 ms': account.p99 },
    faults,
  }
}

const probesEnded = (bench: Bench, ours: Parameters<typeof probeFaults>[1], count: number) =>
  probeFaults(bench, ours, count, probesWithinMs)

interface Before {
  readonly cost: Readonly<Record<Payer, number>>
  readonly memory: Awaited<ReturnType<typeof redisMemory>>
  readonly disk: Awaited<ReturnType<typeof diskUse>>
}

function perUpload(before: Before, after: Before, count: number): Record<string, number> {
  const each = (now: number, then: number) => (now - then) / count
  const cpu = Object.entries(after.cost).map(([payer, us]) => [
    `${payer} µs`,
    each(us, before.cost[payer as Payer]),
  ])
  const kinds = Object.entries(after.memory.kinds).filter(([kind]) => kind !== 'feed' && kind !== 'queue')
  const kept = kinds.map(([kind, bytes]) => each(bytes, before.memory.kinds[kind] ?? 0))
  return {
    ...Object.fromEntries(cpu),
    'Redis bytes': kept.reduce((sum, bytes) => sum + bytes, 0),
    'journal bytes': each(after.disk.journalBytes, before.disk.journalBytes),
    'disk bytes': each(after.disk.allBytes, before.disk.allBytes),
  }
}
