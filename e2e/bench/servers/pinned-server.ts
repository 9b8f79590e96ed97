import { pidOf } from '../../server/processes.ts'
import type { Bench } from '../bench.ts'
import { missingProbes, missingUploads } from '../missing-results.ts'
import { measuredProcesses } from '../resources/measured-processes.ts'
import { processorTime } from '../resources/processor-time.ts'
import { openStream, type Server, segmentPath, startServer } from './server.ts'
import type { ServerUnderTest } from './server-under-test.ts'

/** This server with all its processes on one core, as it is compared with others. */
export const pinnedServer = (
  bench: Bench,
  name = 'server',
  env: NodeJS.ProcessEnv = {},
): ServerUnderTest => ({
  name,
  warmUp: bench.options.warmUp,
  async start(cameras = 1) {
    const running = await startServer(bench, { isPinned: true, env })
    const fleet = await openFleet(bench, running, cameras)
    const { drainMs } = bench.options
    return {
      url: cameras > 1 ? `${running.standalone.url}/streams/{c}/${segmentPath('{n}')}` : running.url,
      identity: bench.identity,
      processorTime: () => processorTime(running.standalone),
      processIds: () => processIds(running),
      async faultsAfter({ ok, issued }) {
        const faults = await missingUploads(bench, running.api, fleet, ok)
        if (drainMs > 0) faults.push(...(await missingProbes(bench, running, issued, drainMs)))
        return faults
      },
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    }
  },
})

/** Creates the streams of cameras, of which the first exists. On a new server their ids count from 1. */
async function openFleet(bench: Bench, running: Server, cameras: number): Promise<string[]> {
  const streams = [running.stream]
  while (streams.length < cameras) streams.push((await openStream(bench, running)).stream)
  const expected = Array.from(streams, (_, at) => String(at + 1))
  if (streams.join() !== expected.join()) throw new Error(`ids of new streams are ${streams.join()}`)
  return streams
}

const processIds = async ({ standalone }: Server) =>
  new Map(
    await Promise.all(
      measuredProcesses.map(async (part) => [part, [await pidOf(standalone.pid, part)]] as const),
    ),
  )
