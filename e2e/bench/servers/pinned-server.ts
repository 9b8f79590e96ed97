import type { Bench } from '../bench.ts'
import { missingProbes, missingUploads } from '../missing-results.ts'
import { processorTime } from '../resources/processor-time.ts'
import { startServer } from './server.ts'
import type { ServerUnderTest } from './server-under-test.ts'

/** This server beside others, all of its processes on one core, the way it is compared. */
export const pinnedServer = (bench: Bench): ServerUnderTest => serverOn(bench, 'server', bench.directory, {})

/** Every other row writes to memory, where a flush is free. */
const diskDirectory = '/var/tmp'

/** The same on a disk, with a durability. */
export const durableServer = (bench: Bench, name: string, durability: 'process' | 'power'): ServerUnderTest =>
  serverOn(bench, name, diskDirectory, { DURABILITY: durability })

const serverOn = (
  bench: Bench,
  name: string,
  directory: string,
  env: NodeJS.ProcessEnv,
): ServerUnderTest => ({
  name,
  warmUp: bench.options.warmUp,
  async start() {
    const running = await startServer({ ...bench, directory }, { isPinned: true, env })
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
