import { type Bench, own, type Row } from '../bench.ts'
import type { ServerUnderTest } from '../servers/server-under-test.ts'
import { type LoadSpec, measureLoad, serverNamed } from './load-row.ts'

const spec: LoadSpec = { name: '64k-half-rate', size: '64k', connections: 16, targets: [] }

/** Latency at half of the highest rate, which is measured just before on a server of its own. */
export const halfRateRow = (bench: Bench, servers: readonly ServerUnderTest[]): Row => ({
  name: spec.name,
  servers: servers.map(({ name }) => name),
  isOnce: true,
  targets: [own('p99 / p50', 'spread', 'at most', 5)],
  async measure(name) {
    const server = serverNamed(servers, name)
    const highest = await measureLoad(bench, server, spec)
    const { rate: highestRate = 0 } = highest.figures
    if (highestRate === 0) return highest
    const half = await measureLoad(bench, server, { ...spec, rate: highestRate / 2 })
    const { p50 = 0, p99 = 0 } = half.figures
    const figures = { ...half.figures, highestRate, spread: p99 / p50 }
    return { figures, faults: [...highest.faults, ...half.faults] }
  },
})
