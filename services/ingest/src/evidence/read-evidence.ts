import { createHash } from 'node:crypto'
import type { ReportEvidence, UploadDigest } from '@pushav/shared/api/evidence/digests.ts'
import { digestLine, factsLine } from '@pushav/shared/recording/digest-lines.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { mapPages, type Pages } from '../streams/pages.ts'
import type { WalkLog } from './walk-log.ts'

/**
 * Digests of the uploads that a report is on: those of one session, or of all; `uploads` are they, where they have been
 * read already. Throws what `WalkLog` throws.
 */
export type ReadEvidence = (
  stream: string,
  session: string | null,
  uploads?: Pages<JudgedUpload>,
) => Promise<EvidencePages>

/** A digest of each upload, a page at a time, and what is known when all of them have been read. */
interface EvidencePages {
  readonly list: string
  readonly digests: Pages<UploadDigest>
  readonly uploads: () => number
  readonly list_sha256: () => string
  readonly facts_sha256: () => string
  readonly journals: () => Promise<ReportEvidence['journals']>
}

/** The digest of each journal of a stream, up to its newest whole line. */
export type DigestJournals = (stream: string) => Promise<ReportEvidence['journals']>

export function readEvidenceWith(walkLog: WalkLog, digestJournals: DigestJournals): ReadEvidence {
  return async function readEvidence(stream, session, read) {
    const [list, facts] = [createHash('sha256'), createHash('sha256')]
    const pages = read ?? (await walkLog(stream, session))
    let uploads = 0
    return {
      list: pathOfList(stream, session),
      digests: mapPages(pages, digest),
      uploads: () => uploads,
      list_sha256: () => list.digest('hex'),
      facts_sha256: () => facts.digest('hex'),
      journals: () => digestJournals(stream),
    }

    function digest({ upload }: JudgedUpload): UploadDigest {
      uploads++
      list.update(digestLine(upload.sha256, upload.id))
      facts.update(factsLine(upload))
      return { upload: upload.id, path: upload.path, sha256: upload.sha256 }
    }
  }
}

/** The list that `list_sha256` is the digest of, a page at a time. */
export async function* digestLines(pages: Pages<JudgedUpload>): AsyncGenerator<string> {
  for await (const page of pages)
    yield page.map(({ upload }) => digestLine(upload.sha256, upload.id)).join('')
}

const pathOfList = (stream: string, session: string | null): string =>
  `/digests/${stream}${session === null ? '' : `?session=${encodeURIComponent(session)}`}`
