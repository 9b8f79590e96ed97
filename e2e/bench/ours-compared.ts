import type { Bench } from './bench.ts'
import type { Contender } from './contender.ts'
import { startOurs } from './ours.ts'
import { probeFaults, recordFaults } from './record-faults.ts'

/** Ours as one of several, all of it on one core, the way it is compared. */
export const ours = (bench: Bench): Contender => ({
  name: 'ours',
  async start() {
    const running = await startOurs(bench, { isPinned: true })
    return {
      url: running.url,
      identity: bench.identity,
      async faultsAfter({ ok, issued }) {
        const faults = await recordFaults(bench, running, ok)
        const { drainMs } = bench.options
        return drainMs > 0 ? [...faults, ...(await probeFaults(bench, running, issued, drainMs))] : faults
      },
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    }
  },
})
