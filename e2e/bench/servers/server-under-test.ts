import type { DeviceFiles } from '../../load/device-files.ts'
import type { LoadResult } from '../../load/putload.ts'
import type { ProcessorTime } from '../resources/processor-time.ts'

/** A server to be measured. */
export interface ServerUnderTest {
  readonly name: string
  /** Seconds of load after which it is as fast as it will be. */
  readonly warmUp: number
  /** Ready to take uploads, with nothing in it but an init segment. */
  start(): Promise<StartedServer>
}

/** Enough for what does not compile as it runs. */
export const shortWarmUp = 1

export interface StartedServer extends AsyncDisposable {
  /** With `{n}` for the number of a segment. */
  readonly url: string
  readonly identity: DeviceFiles
  /** Of its processes so far; empty for what runs elsewhere. */
  processorTime(): Promise<ProcessorTime>
  /** What only the server can tell to be wrong once the load is over. */
  faultsAfter(account: LoadResult): Promise<readonly string[]>
}
