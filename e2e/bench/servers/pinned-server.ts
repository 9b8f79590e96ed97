import type { Bench } from '../bench.ts'
import { missingProbes, missingUploads } from '../missing-results.ts'
import { processorTime } from '../resources/processor-time.ts'
import { startServer } from './server.ts'
import type { ServerUnderTest } from './server-under-test.ts'

/** This server beside others, all of its processes on one core, the way it is compared. */
export const pinnedServer = (bench: Bench): ServerUnderTest => ({
  name: 'server',
  warmUp: bench.options.warmUp,
  async start() {
    const running = await startServer(bench, { isPinned: true })
    const { drainMs } = bench.options
    return {
      url: running.url,
      identity: bench.identity,
      processorTime: () => processorTime(running.standalone),
      async faultsAfter({ ok, issued }) {
        const faults = await missingUploads(bench, running, ok)
        if (drainMs > 0) faults.push(...(await missingProbes(bench, running, issued, drainMs)))
        return faults
      },
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    }
  },
})
