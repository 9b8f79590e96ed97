import { z } from 'zod'
import { booleanWord, finding, nextCursor, pageQuery, severity, sha256, time, uploadId } from './common.ts'
import { uploadFault } from './lab/faults.ts'
import { referenceVerdict } from './reference.ts'

/** What an upload contains. */
export const uploadKind = z.enum(['init', 'segment', 'mpd', 'playlist', 'other'])
export const probeState = z.enum(['pending', 'done', 'failed', 'not-media'])

/** The media of a segment. `decode_time` and `duration` are in units of `timescale`, which is in units a second. */
export const media = z
  .object({
    decode_time: z.number().nullable(),
    duration: z.number(),
    timescale: z.number(),
    samples: z.number().int(),
    starts_with_sync: z.boolean(),
    sequence: z.number().int(),
    latency_ms: z
      .number()
      .int()
      .nullable()
      .describe('From its last sample to the last byte of its upload, by prft'),
    producer_at: time.nullable().describe('When its first sample was made, from prft'),
  })
  .meta({ id: 'Media' })

export const device = z
  .object({ fingerprint: sha256, serial: z.string(), subject: z.string(), not_after: time })
  .meta({ id: 'ClientCertificate' })

export const sender = z
  .object({
    address: z.string(),
    port: z.number().int(),
    tls_version: z.string(),
    cipher: z.string(),
    alpn: z.string().nullable(),
    tls_test: z.string().optional().describe('The test of TLS clients that it came through'),
    http_version: z.string().describe('`1.1` or `2`'),
    headers: z.array(z.tuple([z.string(), z.string()])).describe('Name and value, as sent and in order'),
    omitted_headers: z
      .object({ count: z.number().int(), bytes: z.number().int() })
      .optional()
      .describe('Headers that were not recorded, because they were too many'),
    device: device.nullable(),
  })
  .meta({ id: 'Sender' })

/** One upload with its facts and verdict. */
export const upload = z
  .object({
    id: uploadId,
    position: z.number().int().describe('Place in the wire log, from 0'),
    path: z.string(),
    method: z.string(),
    started_at: time.describe('Request headers read'),
    received_at: time.describe('Last byte of the body'),
    bytes: z.number().int(),
    sha256,
    whole: z.boolean().describe('False for a body that was cut off, and for an upload that a fault refused'),
    kind: uploadKind,
    status: z
      .number()
      .int()
      .nullable()
      .describe('Of the response; null for a body that was cut off and for a part of a long request'),
    session_id: z.number().int().nullable(),
    session: z.string().nullable(),
    track: z.string().nullable(),
    media: media.nullable(),
    sender,
    part: z.object({ of: uploadId, from: z.number().int() }).optional(),
    parts: z.number().int().optional(),
    coded_bytes: z.number().int().optional(),
    undecodable: z.string().optional(),
    fault: uploadFault.optional().describe('What this server did to it on purpose'),
    findings: z.array(finding),
    probe: probeState.nullable(),
  })
  .meta({ id: 'Upload' })
export type UploadResponse = z.infer<typeof upload>

export const uploadsQuery = z.object({
  ...pageQuery,
  from: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Position at which the page begins; same as `cursor`'),
  before: z.coerce.number().int().min(0).optional().describe('Position before which the page ends'),
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('The page begins at the first upload received then'),
  session: z.string().optional(),
  track: z.string().optional(),
  severity: severity.optional(),
  code: z.string().optional().describe('Only uploads with this finding'),
  q: z.string().max(1_024).optional().describe('Text in the path, in any case'),
  device: z.string().optional().describe('Fingerprint of the client certificate'),
  kind: uploadKind.optional(),
  view: z.enum(['full', 'rows', 'minutes']).default('full'),
})

export const uploadsResponse = z.object({
  total: z.number().int().describe('Uploads of the stream'),
  from: z.number().int().describe('Position at which the page begins'),
  uploads: z.array(upload),
  next_cursor: nextCursor,
})

/** The columns of `GET /streams/{id}/uploads?view=rows`, in their order. */
export const rowColumns = [
  'upload',
  'path',
  'kind',
  'started_at',
  'ms',
  'bytes',
  'session',
  'track',
  'worst',
  'codes',
  'decode_time',
  'duration',
  'timescale',
  'method',
  'http',
  'tls',
  'status',
  'device',
  'address',
  'probe',
  'whole',
  'part_of',
] as const

/** One upload as an array, in the order of `rowColumns`. */
export const uploadRow = z
  .tuple([
    uploadId,
    z.string(),
    uploadKind,
    time,
    z.number().int(),
    z.number().int(),
    z.string().nullable(),
    z.string().nullable(),
    severity.nullable(),
    z.array(z.string()),
    z.number().nullable(),
    z.number().nullable(),
    z.number().nullable(),
    z.string(),
    z.string(),
    z.string(),
    z.number().int().nullable(),
    z.string().nullable(),
    z.string(),
    probeState.nullable(),
    z.boolean(),
    uploadId.nullable(),
  ])
  .meta({ id: 'UploadRow' })
export type UploadRow = z.infer<typeof uploadRow>

/** Uploads of the wire log in compact form. */
export const logRows = z.object({
  columns: z.array(z.string()),
  positions: z.array(z.number().int()).describe('Position of each row; a filtered page has gaps'),
  rows: z.array(uploadRow),
})
export type LogRows = z.infer<typeof logRows>

export const rowsResponse = z.object({
  total: z.number().int(),
  from: z.number().int(),
  ...logRows.shape,
  next_cursor: nextCursor,
})

export const minutesResponse = z.object({
  begin: time.nullable().describe('The minute that the others count from; null without uploads'),
  tracks: z
    .record(
      z.string(),
      z.array(z.tuple([z.number().int(), z.number().int(), z.number().int(), severity.nullable()])),
    )
    .describe('By track, empty for none: [minute, uploads, bytes, worst severity]'),
})

export const explainedFinding = finding
  .extend({ title: z.string(), clause: z.string(), hint: z.string() })
  .meta({ id: 'ExplainedFinding' })

export const factsQuery = z.object({
  reference: booleanWord.default(false).describe("With the reference's verdict"),
})

/** `GET /uploads/{id}/{upload}/facts`: one upload in full, with the ids of related uploads. */
export const uploadFacts = upload
  .extend({
    findings: z.array(explainedFinding),
    versions: z.array(z.object({ upload: uploadId, received_at: time, worst: severity.nullable() })),
    init: uploadId.nullable().describe('The upload that holds its init segment'),
    previous: uploadId.nullable(),
    next: uploadId.nullable(),
    previous_in_track: uploadId.nullable(),
    next_in_track: uploadId.nullable(),
    reference: referenceVerdict.nullable().optional(),
  })
  .meta({ id: 'UploadFacts' })
export type UploadFactsResponse = z.infer<typeof uploadFacts>

export interface BoxResponse {
  readonly type: string
  readonly at: number
  readonly size: number
  readonly header_size: number
  readonly fields: Readonly<Record<string, unknown>> | null
  readonly children: readonly BoxResponse[]
  readonly fault: string | null
}

/** One box of an upload. `at` is its offset in the upload, `size` its size, both in bytes. */
export const box: z.ZodType<BoxResponse> = z
  .object({
    type: z.string(),
    at: z.number().int(),
    size: z.number().int(),
    header_size: z.number().int(),
    fields: z.record(z.string(), z.unknown()).nullable(),
    get children(): z.ZodType<readonly BoxResponse[]> {
      return z.array(box)
    },
    fault: z.string().nullable(),
  })
  .meta({ id: 'Box' })

export const boxesQuery = z.object({
  at: z.coerce.number().int().min(0).default(0).describe('`next_at` of the page before'),
  limit: z.coerce.number().int().min(1).max(2_000).default(500).describe('Boxes, inner ones included'),
})

export const boxesResponse = z.object({
  bytes: z.number().int(),
  next_at: z.number().int().nullable(),
  boxes: z.array(box),
})

export const textResponse = z.object({
  text: z.string().describe('Bytes that are not in its encoding are U+FFFD'),
  encoding: z
    .string()
    .describe('In which it was read: of its byte order mark or XML declaration, otherwise utf-8'),
  findings: z.array(z.object({ line: z.number().int().nullable(), code: z.string(), message: z.string() })),
})

/** The response to an upload that the server has stored. */
export const receipt = z
  .object({
    upload_id: uploadId,
    bytes: z.number().int(),
    sha256,
    duration_ms: z.number().int(),
    verdict: z.literal('pending').optional(),
    findings: z.array(finding),
  })
  .meta({ id: 'Receipt' })
