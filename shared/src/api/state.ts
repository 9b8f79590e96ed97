import { z } from 'zod'
import { streamId, time, uploadId } from './common.ts'
import { refusal } from './devices.ts'
import { verdict } from './expectations.ts'
import { backlog } from './service.ts'
import { sessionSummary, streamSummary } from './streams.ts'
import { logRows, probeState } from './uploads.ts'

/** An upload in flight. */
export const inFlight = z
  .object({
    upload: uploadId,
    path: z.string(),
    method: z.string(),
    address: z.string(),
    device: z.string().nullable(),
    started_at: time,
    bytes: z.number().int(),
    declared_bytes: z.number().int().nullable(),
  })
  .meta({ id: 'InFlight' })
export type InFlightResponse = z.infer<typeof inFlight>

const index = z.enum(['ok', 'away']).describe('`away` while Redis does not respond: verdicts come later')

/** `GET /streams/{id}/events?as=state`: each message replaces the one before. */
export const streamState = z
  .object({
    at: time,
    index,
    stream: streamId,
    created_at: time.nullable(),
    total: z.number().int(),
    errors: z.number().int(),
    warnings: z.number().int(),
    bytes: z.number().int(),
    live: z.boolean(),
    last_upload_at: time.nullable(),
    in_flight: z.array(inFlight),
    sessions: z.array(sessionSummary).describe('Changed since the last message; at first the newest 200'),
    rows: logRows
      .nullable()
      .describe('Uploads since the message before, where they are few; `GET /streams/{id}/uploads` has all'),
    probed: z
      .record(uploadId, probeState)
      .describe('What came of the probes since the last message, by upload; the newest 1000'),
    deleted: z.boolean().describe('The stream was deleted; this is the last message'),
  })
  .meta({ id: 'StreamState' })
export type StreamState = z.infer<typeof streamState>

/** `GET /events?as=state`. */
export const serverState = z
  .object({
    at: time,
    index,
    streams: z.array(streamSummary).describe('Changed since the last message; at first the newest 200'),
    deleted: z.array(streamId),
    refused: z.array(refusal).describe('New or repeated since the last message; at first the newest 50'),
    probes: backlog.nullable(),
  })
  .meta({ id: 'ServerState' })
export type ServerState = z.infer<typeof serverState>

export const eventsQuery = z.object({ as: z.enum(['events', 'state']).default('events') })

/** The query of `GET /wait/{id}`, which waits until a stream is in a state. */
export const waitQuery = z.object({
  until: z.enum(['first-upload', 'session-complete', 'expectations']),
  timeout: z.coerce.number().min(0).max(120).default(60).describe('Seconds'),
})

export const waitResponse = z.object({
  stream_id: streamId,
  until: waitQuery.shape.until,
  upload: z
    .object({ id: uploadId, path: z.string(), received_at: time })
    .nullable()
    .describe('The first upload, with `first-upload`'),
  session: sessionSummary.nullable().describe('The first complete session, with `session-complete`'),
  verdict: verdict.nullable().describe('`pass` or `fail`, with `expectations`'),
})
export type WaitResponse = z.infer<typeof waitResponse>
