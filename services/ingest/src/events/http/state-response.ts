import type { ServerState, StreamState } from '@pushav/shared/api/state.ts'
import { backlogResponse } from '../../probes/http/backlog-response.ts'
import { refusalResponse } from '../../refusals/http/refusal-response.ts'
import { logRowsResponse } from '../../streams/http/log-entry-response.ts'
import { sessionSummaryResponse } from '../../streams/http/session-response.ts'
import { summaryResponse } from '../../streams/http/stream-response.ts'
import type { ServerNow } from '../states/server-state-source.ts'
import type { StreamNow } from '../states/stream-state-source.ts'

/** A stream's state as one message. */
export function streamStateResponse(stream: string, state: StreamNow, at: Date): StreamState {
  const { summary, isIndexAway, isDeleted, inFlight, sessions, rows, probed } = state
  return {
    at: at.toISOString(),
    index: isIndexAway ? 'away' : 'ok',
    stream: Number(stream),
    created_at: summary?.stream.createdAt ?? null,
    total: summary?.totals.uploads ?? 0,
    errors: summary?.totals.errors ?? 0,
    warnings: summary?.totals.warnings ?? 0,
    bytes: summary?.totals.bytes ?? 0,
    live: inFlight.length > 0 || (summary?.isLive ?? false),
    last_upload_at: summary?.totals.lastUploadAt ?? null,
    in_flight: [...inFlight],
    sessions: sessions.map(sessionSummaryResponse),
    rows: rows.length === 0 ? null : logRowsResponse(rows),
    probed: Object.fromEntries(probed),
    deleted: isDeleted,
  }
}

/** The server's state as one message. */
export function serverStateResponse(state: ServerNow, at: Date): ServerState {
  const { backlog } = state
  return {
    at: at.toISOString(),
    index: state.isIndexAway ? 'away' : 'ok',
    streams: state.summaries.map(summaryResponse),
    deleted: state.deleted.map(Number),
    refused: state.refused.map(refusalResponse),
    probes: backlog && backlogResponse(backlog),
  }
}
