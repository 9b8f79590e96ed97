import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Flood, FloodResult, Manner } from '../../load/stream-flood.ts'
import { type Bench, own, type Row } from '../bench.ts'
import type { Server } from '../servers/server.ts'
import { type AdverseOptions, conditionRow } from './condition.ts'
import { responseFigures } from './setup.ts'

const rate = 50
const manners: readonly Manner[] = ['heads', 'resets', 'uploads']

/** 6: one connection after the other opens thousands of HTTP/2 streams beyond any limit, beside 16 cameras. */
export const streamFloodRow = (bench: Bench, { seconds, streams: count }: AdverseOptions): Row =>
  conditionRow(bench, {
    name: '6-stream-flood',
    cameras: 16,
    targets: [
      own('worst response to others beside resets, ms', 'resets worst', 'at most', 2_000),
      own('MiB more in all processes', 'RSS all', 'at most', 512),
    ],
    async measure({ server, fleet }) {
      const push = () => fleet.push({ rate, seconds: seconds / 3, signal: bench.signal })
      const figures: Record<string, number> = { ...responseFigures('without', await push()) }
      for (const manner of manners) {
        const beside = push()
        const flooded = await floodElsewhere(bench, server, { stream: server.stream, count, manner })
        figures[`${manner} opened`] = flooded.sent
        figures[`${manner} answered`] = flooded.answered
        Object.assign(figures, responseFigures(manner, await beside))
      }
      return { figures, faults: [] }
    },
  })

async function floodElsewhere(
  { identity }: Bench,
  { standalone }: Server,
  flood: Flood,
): Promise<FloodResult> {
  const { port, rootCertificate } = standalone
  const workerData = { server: { port, rootCertificate }, device: identity, flood }
  const thread = new Worker(new URL('./stream-flood-thread.ts', import.meta.url), { workerData })
  const [flooded] = await once(thread, 'message')
  return flooded
}
