import type { Bench } from './bench.ts'
import type { Contender } from './contender.ts'
import { startOurs } from './ours.ts'
import { processorTime, timePerUpload } from './processor-time.ts'
import { probeFaults, recordFaults } from './record-faults.ts'

/** Ours as one of several, all of it on one core, the way it is compared. */
export const ours = (bench: Bench): Contender => ({
  name: 'ours',
  async start() {
    const running = await startOurs(bench, { isPinned: true })
    const begun = await processorTime(running.server)
    const { drainMs } = bench.options
    return {
      url: running.url,
      identity: bench.identity,
      async after({ ok, issued }) {
        const figures = await timePerUpload(running.server, begun, ok)
        const faults = await recordFaults(bench, running, ok)
        if (drainMs > 0) faults.push(...(await probeFaults(bench, running, issued, drainMs)))
        return { figures, faults }
      },
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    }
  },
})
