import { editStreamsWith, type StreamEdits, type StreamEditsDeps } from './edit-streams.ts'
import { readStreamsWith, type StreamReads, type StreamReadsDeps } from './read-streams.ts'
import { removeStreamsWith, type StreamRemovals, type StreamRemovalsDeps } from './remove-streams.ts'
import { reportSessionsWith, type SessionReports, type SessionReportsDeps } from './session-report.ts'

/** What users do with streams. What takes the id of a stream throws the refusal `stream-unknown`. */
export interface Streams extends StreamReads, StreamEdits, StreamRemovals, SessionReports {}

type StreamsDeps = StreamReadsDeps &
  Omit<StreamEditsDeps, 'getStream'> &
  StreamRemovalsDeps &
  SessionReportsDeps

export function streamsWith(deps: StreamsDeps): Streams {
  const reads = readStreamsWith(deps)
  return {
    ...reads,
    ...editStreamsWith({ ...deps, getStream: reads.get }),
    ...removeStreamsWith(deps),
    ...reportSessionsWith(deps),
  }
}
