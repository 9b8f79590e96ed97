import { openIdle } from '../../load/idle-connections.ts'
import { type Bench, own, type Row } from '../bench.ts'
import { resident } from '../resources/resident-memory.ts'
import { conditionRow, type Hardness } from './condition.ts'
import { filesFor } from './file-limit.ts'
import { answersOf } from './setup.ts'

const rate = 100

/** 5: thousands of connections that do nothing beside 16 cameras. */
export const idleCrowdRow = (bench: Bench, { seconds, idle }: Hardness): Row =>
  conditionRow(bench, {
    name: '5-idle-crowd',
    cameras: 16,
    targets: [own('p99 beside the crowd / without', 'slowdown', 'at most', 5)],
    async suffer({ ours: { server }, fleet }) {
      const push = () => fleet.push({ rate, seconds, signal: bench.signal })
      const without = answersOf('without', await push())
      const { proxy: before = 0 } = await resident(server, 'now')
      const begun = performance.now()
      using crowd = await openIdle(server.port, bench.identity, filesFor(idle), bench.signal)
      const connectedMs = performance.now() - begun
      const { proxy: after = 0 } = await resident(server, 'now')
      const beside = answersOf('beside', await push())
      const kibEach = ((after - before) * 1_024) / crowd.count
      const slowdown = (beside['beside p99'] ?? 0) / (without['without p99'] ?? 1)
      const figures = { idle: crowd.count, connectedMs, kibEach, ...without, ...beside, slowdown }
      return { figures, faults: [] }
    },
  })
