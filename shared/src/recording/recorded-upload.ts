import { z } from 'zod'
import { upload } from '../api/uploads.ts'

/**
 * A line of `uploads.ndjson` in the export of a session: an upload of the wire log, and the file in the zip that has
 * its body.
 */
export const exportedUpload = upload.extend({ file: z.string() })
export type ExportedUpload = z.infer<typeof exportedUpload>

/**
 * The journal line of an upload, as programs other than ingest read it: what the device sent, when, and on which
 * connection.
 */
export const journaledUpload = z.object({
  kind: z.literal('upload'),
  upload: z.object({
    id: z.string(),
    path: z.string(),
    method: z.string(),
    startedAt: z.iso.datetime(),
    receivedAt: z.iso.datetime(),
    bytes: z.number().int(),
    sha256: z.string(),
    whole: z.boolean(),
    kind: z.string(),
    part: z.object({ of: z.string(), from: z.number().int() }).optional(),
    codedBytes: z.number().int().optional(),
    undecodable: z.string().optional(),
    sender: z.object({
      address: z.string(),
      port: z.number().int(),
      httpVersion: z.string(),
      headers: z.array(z.string()),
      device: z.object({ fingerprint: z.string() }).nullable(),
    }),
  }),
})

export type JournaledUpload = z.infer<typeof journaledUpload>['upload']

/** The journal line with the ids of uploads that retention has removed, whose bodies are gone. */
export const journaledRemoval = z.object({ kind: z.literal('uploads-removed'), uploads: z.array(z.string()) })

/** The journal line with the interface of the stream. */
export const journaledStream = z.object({ kind: z.literal('stream-created'), interface: z.string() })
