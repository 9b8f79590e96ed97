import { z } from 'zod'
import { streamId, time, uploadId } from './common.ts'
import { refusal } from './devices.ts'
import { backlog } from './service.ts'
import { sessionSummary, streamSummary } from './streams.ts'

/** An upload that has not ended. */
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
    probed: z.array(uploadId).describe('Probed since the last message'),
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
