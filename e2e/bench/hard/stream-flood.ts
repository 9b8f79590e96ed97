import { floodStreams, type Manner } from '../../support/stream-flood.ts'
import { type Bench, own, type Row } from '../bench.ts'
import { conditionRow, type Hardness } from './condition.ts'
import { answersOf } from './scene.ts'

const rate = 50
const manners: readonly Manner[] = ['heads', 'resets', 'uploads']

/** 6: one connection after the other opens thousands of streams, minding no limit, beside 16 cameras. */
export const streamFloodRow = (bench: Bench, { seconds, streams: count }: Hardness): Row =>
  conditionRow(bench, {
    name: '6-stream-flood',
    cameras: 16,
    targets: [own('MiB more in all processes', 'RSS all', 'at most', 512)],
    async suffer({ ours, fleet }) {
      const figures: Record<string, number> = {}
      const push = () => fleet.push({ rate, seconds: seconds / 3, signal: bench.signal })
      Object.assign(figures, answersOf('without', await push()))
      for (const manner of manners) {
        const beside = push()
        const flooded = await floodStreams(ours.server, bench.identity, {
          stream: ours.stream,
          count,
          manner,
        })
        const { sent, answered, refused } = flooded
        Object.assign(figures, { [`${manner} opened`]: sent, [`${manner} refused`]: refused })
        Object.assign(figures, { [`${manner} answered`]: answered }, answersOf(manner, await beside))
      }
      return { figures, faults: [] }
    },
  })
