import type { DeviceFiles } from '../../load/device-files.ts'
import type { LoadResult } from '../../load/putload.ts'
import type { ProcessorTime } from '../resources/processor-time.ts'

/** A server to measure. */
export interface ServerUnderTest {
  readonly name: string
  /** Seconds of load after which the server has reached its speed. */
  readonly warmUp: number
  /** Starts the server with a stream for each camera that holds an init segment. */
  start(cameras?: number): Promise<StartedServer>
}

/** Seconds of warm-up for servers without a compiler at run time. */
export const shortWarmUp = 1

export interface StartedServer extends AsyncDisposable {
  /** URL of a segment, with `{n}` for its number and, with several cameras, `{c}` for the number of the camera. */
  readonly url: string
  readonly identity: DeviceFiles
  /** Processor time of its processes so far; empty for a server elsewhere. */
  processorTime(): Promise<ProcessorTime>
  /** Process ids by name; empty for a server elsewhere. */
  processIds(): Promise<ReadonlyMap<string, readonly number[]>>
  /** Faults that only the server can tell, after the load. */
  faultsAfter(account: LoadResult): Promise<readonly string[]>
}
