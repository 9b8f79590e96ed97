import { openIdle } from '../../load/idle-connections.ts'
import { type Bench, own, type Row } from '../bench.ts'
import { residentMemory } from '../resources/resident-memory.ts'
import { type AdverseOptions, conditionRow } from './condition.ts'
import { connectionsWithinFileLimit } from './file-limit.ts'
import { responseFigures } from './setup.ts'

const rate = 100

/** 5: thousands of idle connections beside 16 cameras. */
export const idleConnectionsRow = (bench: Bench, { seconds, idle }: AdverseOptions): Row =>
  conditionRow(bench, {
    name: '5-idle-crowd',
    cameras: 16,
    targets: [own('p99 beside the crowd / without', 'slowdown', 'at most', 5)],
    async measure({ server: { standalone }, fleet }) {
      const push = () => fleet.push({ rate, seconds, signal: bench.signal })
      const without = responseFigures('without', await push())
      const { proxy: before = 0 } = await residentMemory(standalone, 'now')
      const begun = performance.now()
      using crowd = await openIdle(
        standalone.port,
        bench.identity,
        connectionsWithinFileLimit(idle),
        bench.signal,
      )
      const connectedMs = performance.now() - begun
      const { proxy: after = 0 } = await residentMemory(standalone, 'now')
      const beside = responseFigures('beside', await push())
      const kibEach = ((after - before) * 1_024) / crowd.count
      const slowdown = (beside['beside p99'] ?? 0) / (without['without p99'] ?? 1)
      const figures = { idle: crowd.count, connectedMs, kibEach, ...without, ...beside, slowdown }
      return { figures, faults: [] }
    },
  })
