import { openIdle } from '../../load/idle-connections.ts'
import { faultsOf, type Load } from '../../load/putload.ts'
import { type Bench, own, type Row } from '../bench.ts'
import { forgetPeaks, memoryGrowth, residentMemory } from '../resources/resident-memory.ts'
import { type Server, segmentPath, startServer } from '../servers/server.ts'

const crowd = 256
const idle = 5_000
const hugeBytes = 2 * 2 ** 30

/** Memory of each process: at rest, with bodies from many connections at once, and with idle connections. */
export const memoryRow = (bench: Bench): Row => ({
  name: 'memory',
  servers: ['server'],
  isOnce: true,
  targets: [
    own('MiB more in all processes for 256 × 1 MiB at once', '256×1MiB all', 'at most', 256),
    own('MiB more in any process for one PUT of 2 GiB (--memory)', '2GiB most', 'at most', 64),
  ],
  async measure() {
    await using server = await startServer(bench)
    const rest = await residentMemory(server.standalone, 'now')
    const atRest = Object.fromEntries(Object.entries(rest).map(([part, size]) => [`rest ${part}`, size]))
    const huge = bench.options.hasMemory ? await underLoad(bench, server, '2GiB', hugeLoad) : nothing
    const many = await underLoad(bench, server, '256×1MiB', crowdLoad(bench))
    const still = await withIdle(bench, server)
    const figures = { ...atRest, ...huge.figures, ...many.figures, ...still }
    return { figures, faults: [...huge.faults, ...many.faults] }
  },
})

const nothing = { figures: {}, faults: [] }

type Kind = Pick<Load, 'body' | 'connections' | 'until' | 'first'>

const hugeLoad: Kind = { body: hugeBytes, connections: 1, until: { count: 1 }, first: 1_000_000 }

const crowdLoad = ({ media }: Bench): Kind => ({
  body: media.segments['1m'],
  connections: crowd,
  until: { count: 2 * crowd },
})

async function underLoad(bench: Bench, { standalone, stream }: Server, name: string, kind: Kind) {
  const before = await residentMemory(standalone, 'now')
  await forgetPeaks(standalone)
  const url = `${standalone.url}/streams/${stream}/${segmentPath('{n}')}`
  const account = await bench.generate({ ...kind, url, identity: bench.identity })
  const figures = memoryGrowth(name, before, await residentMemory(standalone, 'peak'))
  return { figures, faults: faultsOf(account) }
}

async function withIdle(bench: Bench, { standalone }: Server) {
  const before = await residentMemory(standalone, 'now')
  using connections = await openIdle(standalone.port, bench.identity, idle, bench.signal)
  return memoryGrowth(`${connections.count} idle`, before, await residentMemory(standalone, 'now'))
}
