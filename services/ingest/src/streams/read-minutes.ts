import type { MinuteCounts, StreamQueries } from './ports.ts'
import type { Streams } from './streams.ts'

/** What came in each minute, by track; of all sessions when `session` is null. Throws the refusal `stream-unknown`. */
export type ReadMinutes = (stream: string, session: string | null) => Promise<readonly MinuteCounts[]>

export function readMinutesWith(
  streams: Pick<Streams, 'assertExists'>,
  index: Pick<StreamQueries, 'minutes'>,
): ReadMinutes {
  return async function readMinutes(stream, session) {
    await streams.assertExists(stream)
    return index.minutes(stream, session)
  }
}
