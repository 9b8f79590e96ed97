import { z } from 'zod'
import { sha256, uploadId } from '../common.ts'

const count = z.number().int()

const uploadDigest = z.object({
  upload: uploadId,
  path: z.string(),
  sha256,
  file: z.string().optional().describe('In the `report.json` of an export: the file of the body in the zip'),
})
export type UploadDigest = z.infer<typeof uploadDigest>

/** Digests in a report, with which a filed report can be verified later. */
export const reportEvidence = z
  .object({
    digests: z.array(uploadDigest).describe('Of the body of each upload, in the order of the wire log'),
    uploads: count.describe('How many those are'),
    list: z.string().describe('Path of the same digests as a list for `sha256sum` on this server'),
    list_sha256: sha256.describe('Of that list: `<SHA-256>  <upload id>` and a newline for each upload'),
    facts_sha256: sha256.describe('Of paths, times, senders and headers of the uploads'),
    journals: z
      .array(
        z.object({
          name: z.string(),
          bytes: count.describe('The digest is that of so many bytes from the beginning: journals grow'),
          sha256,
        }),
      )
      .describe('Of the whole stream'),
  })
  .meta({ id: 'ReportEvidence' })
export type ReportEvidence = z.infer<typeof reportEvidence>

export const recordQuery = z.object({
  session: z.string().optional().describe('Only the session with this key'),
})
