import { type Bench, own, type Row, ratio, type Target } from '../bench.ts'
import { pinnedServer } from '../servers/pinned-server.ts'
import type { ServerUnderTest } from '../servers/server-under-test.ts'
import { type LoadSpec, loadRow } from './load-row.ts'

/** Uploads over keep-alive connections; with `--against`, to that server, too. */
export function uploadRows(bench: Bench, all: readonly ServerUnderTest[]): Row[] {
  return [...specs, longConnection].map((spec) => loadRow(bench, all, spec))
}

/** The figure that a busy machine changes least. */
const processorTime = [
  ratio('µs', 'nginx two hops', 'told', null),
  ratio('µs', 'nginx one hop', 'told', null),
]

const rateTargets = (toTwoHops: number): readonly Target[] => [
  ratio('rate', 'nginx two hops', 'at least', toTwoHops),
  ratio('rate', 'against', 'at least', 10),
  ...processorTime,
]

const volumeTargets = (toTwoHops: number): readonly Target[] => [
  ratio('megabytes', 'nginx two hops', 'at least', toTwoHops),
  ratio('megabytes', 'against', 'at least', 3),
  ...processorTime,
]

const [h1Rates, h2Rates] = [rateTargets(0.4), rateTargets(0.35)]
const h2 = { isHttp2: true }

const specs: readonly LoadSpec[] = [
  { name: '8k-h1-c16', size: '8k', connections: 16, targets: h1Rates },
  { name: '8k-h1-c64', size: '8k', connections: 64, targets: h1Rates },
  { name: '8k-h2-c16', size: '8k', connections: 16, ...h2, targets: h2Rates },
  { name: '8k-h2-c64', size: '8k', connections: 64, ...h2, targets: h2Rates },
  { name: '1m-h1-c16', size: '1m', connections: 16, targets: volumeTargets(0.55) },
  { name: '1m-h2-c16', size: '1m', connections: 16, ...h2, targets: volumeTargets(0.4) },
]

/** A long connection, to find uploads that get lost on it. */
const longConnection: LoadSpec = {
  name: 'h2-long',
  size: '8k',
  connections: 1,
  streams: 16,
  ...h2,
  count: { count: 10_000, withinSeconds: 30 },
  targets: [
    own('uploads lost on one connection', 'lost', 'at most', 0),
    own('connections that they took', 'connects', 'at most', 1),
  ],
}

/** The cost of `DURABILITY=power`: both servers on the same disk, where a flush takes time. */
export function powerRows(bench: Bench): Row[] {
  const servers = [
    pinnedServer(bench, 'server', { DURABILITY: 'power' }),
    pinnedServer(bench, 'process', { DURABILITY: 'process' }),
  ]
  const targets = [ratio('rate', 'process', 'told', null), ratio('µs', 'process', 'told', null)]
  return [16, 64].map((connections) =>
    loadRow(bench, servers, { name: `8k-h1-power-c${connections}`, size: '8k', connections, targets }),
  )
}
