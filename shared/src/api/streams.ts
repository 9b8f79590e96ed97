import { z } from 'zod'
import { booleanWord, finding, nextCursor, pageQuery, severity, streamId, time, uploadId } from './common.ts'
import { reportMetrics } from './evidence/compare.ts'
import { reportEvidence } from './evidence/digests.ts'
import { expectations } from './expectations.ts'
import { faultReactions } from './lab/faults.ts'
import { latency } from './latency.ts'
import { referenceReport } from './reference.ts'

export const ingestInterface = z.enum(['cmaf-ingest', 'dash', 'hls', 'hksv'])

export const trackKind = z.enum(['video', 'audio', 'text', 'metadata', 'other'])

/** A track as its init segment describes it. Fields are null when they are not known. */
export const track = z
  .object({
    name: z.string(),
    kind: trackKind.nullable(),
    codec: z.string().nullable().describe('RFC 6381'),
    width: z.number().nullable(),
    height: z.number().nullable(),
    language: z.string().nullable(),
    encrypted: z.boolean(),
    timescale: z.number().nullable().describe('Units a second of its times'),
    bitrate: z.number().nullable().describe('Bits a second, measured'),
    state: z.string(),
    segments: z.number().int(),
  })
  .meta({ id: 'Track' })

export const sessionPhase = z.enum(['open', 'complete', 'silent', 'abandoned'])

/** A session in numbers. The size of this JSON does not grow with the number of uploads. */
export const sessionSummary = z
  .object({
    key: z.string().describe('Unique within the stream'),
    id: z.number().int().nullable().describe('The number in the path'),
    phase: sessionPhase,
    first_at: time,
    last_at: time,
    uploads: z.number().int(),
    bytes: z.number().int(),
    errors: z.number().int().describe('Uploads with an error'),
    warnings: z.number().int().describe('Uploads with a warning and no error'),
    tracks: z.array(track),
    playable: z.boolean().describe('Whether `/play/{id}/{session}/manifest.mpd` has a track'),
  })
  .meta({ id: 'SessionSummary' })
export type SessionSummaryResponse = z.infer<typeof sessionSummary>

export const sessionsResponse = z.object({ sessions: z.array(sessionSummary), next_cursor: nextCursor })

export const codeCount = z.object({ code: z.string(), severity, count: z.number().int() })

/** `GET /streams/{id}?summary=true`: a stream with counts instead of lists. */
export const streamSummary = z
  .object({
    id: streamId,
    stream_id: streamId,
    strict_mode: z.boolean(),
    interface: ingestInterface,
    expected_track_names: z.array(z.string()).nullable(),
    creator: z.string().nullable().describe('Fingerprint of the certificate it was created with'),
    created_at: time,
    uploads: z.number().int(),
    bytes: z.number().int(),
    error_uploads: z.number().int().describe('Uploads with an error'),
    warnings: z.number().int().describe('Uploads with a warning and no error'),
    objects: z.number().int(),
    sessions: z.number().int(),
    last_upload_at: time.nullable(),
    live: z.boolean().describe('A session is open, or an upload is on its way'),
    in_flight: z.number().int().describe('Uploads on their way to the process that responds'),
    tracks: z.array(track.extend({ session: z.string() })).describe('Of the newest session'),
    preview: uploadId.nullable().describe('Newest video segment; see `/uploads/{id}/{upload}/preview.mp4`'),
    top: z.array(codeCount).describe('The three worst kinds of findings'),
  })
  .meta({ id: 'StreamSummary' })
export type StreamSummaryResponse = z.infer<typeof streamSummary>

export const streamSummariesResponse = z.object({ streams: z.array(streamSummary), next_cursor: nextCursor })

const pathPair = z.tuple([z.string(), z.string()])

export const session = z
  .object({
    id: z.number().int().nullable(),
    key: z.string(),
    complete: z.boolean(),
    phase: sessionPhase,
    last_object_at: time.optional().describe('Absent with `JUDGE=reference`'),
    tracks: z.record(
      z.string(),
      z.object({
        name: z.string(),
        state: z.string(),
        segment_count: z.number().int(),
        bitrate: z.number().optional(),
      }),
    ),
    hls_expected_track_count: z.number().int().nullable(),
    hls_completed_tracks: z.number().int(),
    uploaded_segments: z.array(pathPair),
    uploaded_manifests: z.array(pathPair),
  })
  .meta({ id: 'Session' })

const listedUpload = z.object({
  session_id: z.number().int().nullable().describe('Null too where the number is too large for JSON'),
  session: z.string().nullable().describe('The key of its session'),
  file_path: z.string(),
})

/** `GET /streams/{id}`: a stream with all its sessions and paths, in the fields of the reference server. */
export const stream = z
  .object({
    id: streamId,
    stream_id: streamId,
    strict_mode: z.boolean(),
    interface: ingestInterface,
    expected_track_names: z.array(z.string()).nullable(),
    track_name: z.string().nullable(),
    creator: z.string().nullable(),
    sessions: z.array(session),
    error_uploads: z.array(listedUpload.extend({ reasons: z.array(z.string()), findings: z.array(finding) })),
    valid_uploads: z.array(listedUpload),
    valid_files: z.array(z.string()).describe('As `valid_uploads`, for Matter 1.5'),
    invalid_files: z
      .array(z.object({ file_path: z.string(), validation_error_reason: z.string() }))
      .describe('As `error_uploads`, for Matter 1.5'),
  })
  .meta({ id: 'Stream' })

export const streamsResponse = z.object({
  streams: z.array(stream),
  next_cursor: nextCursor.optional().describe('Where a `limit` was given'),
})
export const streamDeleted = z.object({ stream_id: streamId, deleted: z.literal(true) })
export const objectDeleted = z.object({ file_path: z.string() })

const summary = booleanWord.default(false).describe('Counts instead of lists')
export const streamQuery = z.object({ summary })
export const streamsQuery = z.object({
  summary,
  cursor: pageQuery.cursor,
  limit: pageQuery.limit.unwrap().optional().describe('Streams per page: 100 with `summary`, otherwise all'),
})

/** The body of `POST /streams`. Query parameters of the same names win. */
export const streamBody = z
  .object({
    interface: z.unknown(),
    strict: z.union([z.boolean(), z.string()]).transform(String).optional(),
    expectations: expectations.optional(),
  })
  .partial()
  .optional()

const trackName = z.string().min(1).max(255)
export const expectedTrackNamesBody = z.object({
  expected_track_names: z.array(trackName).max(1_000).nullable().describe('Empty or null: any'),
})
/** The field is `track_name` in Matter 1.6 and `trackName` in 1.5. */
const oneTrackName = z.string().max(255).optional().describe('Empty: any')
export const trackNameBody = z.object({ track_name: oneTrackName, trackName: oneTrackName })

export const reportQuery = z.object({
  session: z.string().optional().describe('Only the session with this key'),
  format: z.enum(['json', 'junit']).default('json'),
  reference: booleanWord
    .default(false)
    .describe("With the reference's verdicts; read from the first upload on, so a long stream takes a while"),
  latency: booleanWord.default(false).describe('With how late the segments came; read likewise'),
  evidence: booleanWord
    .default(false)
    .describe('With digests to file it with; the journals are read likewise'),
  metrics: booleanWord
    .default(false)
    .describe('With the numbers that `GET /compare` compares; read likewise'),
  faults: booleanWord.default(false).describe('With what the camera did after faults; read likewise'),
})

export const reportResponse = z
  .object({
    stream_id: streamId,
    session: z.string().nullable(),
    interface: ingestInterface.optional().describe('In the `report.json` of an export'),
    rules: z.array(
      z.object({
        code: z.string(),
        severity,
        rule: z.string(),
        title: z.string(),
        clause: z.string(),
        result: z.enum(['met', 'violated', 'not-exercised']),
        count: z.number().int(),
        uploads: z.array(uploadId),
      }),
    ),
    reference: referenceReport.optional(),
    latency: latency.optional(),
    metrics: reportMetrics.optional(),
    evidence: reportEvidence.optional(),
    faults: faultReactions.optional(),
  })
  .meta({ id: 'Report' })
