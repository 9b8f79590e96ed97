import { type Bench, ownRatio, type Row, ratio, type Target } from '../bench.ts'
import type { ServerUnderTest } from '../servers/server-under-test.ts'
import { type LoadSpec, measureLoad, serverNamed } from './load-row.ts'

/** Cameras, each with a connection and a stream of its own, on a disk. */
export const fleetRows = (bench: Bench, servers: readonly ServerUnderTest[]): Row[] =>
  specs.map((spec) => ({
    name: spec.name,
    servers: servers.map(({ name }) => name),
    isOnce: false,
    targets: [...spec.targets, warmth],
    async measure(name) {
      const server = serverNamed(servers, name)
      const { figures, faults } = await measureLoad(bench, server, spec)
      if (name !== 'server') return { figures, faults }
      const fresh = await measureLoad(bench, { ...server, warmUp: 0 }, spec, firstSeconds)
      return {
        figures: {
          ...figures,
          'rate at first': fresh.figures.rate ?? 0,
          'p99 at first': fresh.figures.p99 ?? 0,
        },
        faults: [...faults, ...fresh.faults],
      }
    },
  }))

/** How long a process counts as new. */
const firstSeconds = 5

const warmth = ownRatio(
  `rate in the first ${firstSeconds} s / rate`,
  ['rate at first', 'rate'],
  'at least',
  0.7,
)

const toTwoHops = (limit: number, against: number): readonly Target[] => [
  ratio('rate', 'nginx two hops', 'at least', limit),
  ratio('rate', 'against', 'at least', against),
  ratio('µs', 'nginx two hops', 'told', null),
]

const [few, many] = [
  { connections: 16, cameras: 16 },
  { connections: 256, cameras: 256 },
]

const specs: readonly LoadSpec[] = [
  { name: 'fleet-8k-h1-c16', size: '8k', ...few, targets: toTwoHops(0.3, 6) },
  { name: 'fleet-8k-h1-c256', size: '8k', ...many, targets: toTwoHops(0.3, 6) },
  { name: 'fleet-8k-h2-c16', size: '8k', isHttp2: true, ...few, targets: toTwoHops(0.4, 4.5) },
  { name: 'fleet-8k-h2-c256', size: '8k', isHttp2: true, ...many, targets: toTwoHops(0.4, 4.5) },
  { name: 'fleet-64k-c16', size: '64k', ...few, targets: toTwoHops(0.4, 3) },
  { name: 'fleet-64k-c256', size: '64k', ...many, targets: toTwoHops(0.4, 3) },
  { name: 'fleet-1m-h1-c16', size: '1m', ...few, targets: toTwoHops(0.7, 2) },
  { name: 'fleet-1m-h2-c16', size: '1m', isHttp2: true, ...few, targets: toTwoHops(0.6, 3) },
  { name: 'fleet-connect-c16', size: '8k', fresh: 'full', ...few, targets: toTwoHops(0.95, 1.5) },
]

export const fleetNames = specs.map(({ name }) => name)
