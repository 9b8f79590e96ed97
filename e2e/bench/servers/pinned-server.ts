import type { Bench } from '../bench.ts'
import { probeFaults, recordFaults } from '../missing-results.ts'
import { processorTime } from '../resources/processor-time.ts'
import { startOurs } from './server.ts'
import type { Contender } from './server-under-test.ts'

/** Ours as one of several, all of it on one core, the way it is compared. */
export const ours = (bench: Bench): Contender => ({
  name: 'ours',
  warmUp: bench.options.warmUp,
  async start() {
    const running = await startOurs(bench, { isPinned: true })
    const { drainMs } = bench.options
    return {
      url: running.url,
      identity: bench.identity,
      processorTime: () => processorTime(running.server),
      async faultsAfter({ ok, issued }) {
        const faults = await recordFaults(bench, running, ok)
        if (drainMs > 0) faults.push(...(await probeFaults(bench, running, issued, drainMs)))
        return faults
      },
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    }
  },
})
