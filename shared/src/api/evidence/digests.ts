import { z } from 'zod'
import { sha256 } from '../common.ts'

const count = z.number().int()

/** What a report can be filed with. */
export const reportEvidence = z
  .object({
    uploads: count.describe('Uploads in the list'),
    list: z.string().describe('Path of the list of digests on this server'),
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
