import type { DeviceFiles } from '../../load/device-files.ts'
import type { LoadResult } from '../../load/putload.ts'
import type { ProcessorTime } from '../resources/processor-time.ts'

/** A server to be measured. */
export interface ServerUnderTest {
  readonly name: string
  /** Seconds of load after which it is as fast as it will be. */
  readonly warmUp: number
  /** Ready to take uploads of so many cameras, each into a stream of its own with nothing in it but an init segment. */
  start(cameras?: number): Promise<StartedServer>
}

/** Enough for what does not compile as it runs. */
export const shortWarmUp = 1

export interface StartedServer extends AsyncDisposable {
  /** With `{n}` for the number of a segment and, where there are several cameras, `{c}` for that of the camera. */
  readonly url: string
  readonly identity: DeviceFiles
  /** Of its processes so far; empty for what runs elsewhere. */
  processorTime(): Promise<ProcessorTime>
  /** Process ids by name; empty for what runs elsewhere. */
  processIds(): Promise<ReadonlyMap<string, readonly number[]>>
  /** What only the server can tell to be wrong once the load is over. */
  faultsAfter(account: LoadResult): Promise<readonly string[]>
}
