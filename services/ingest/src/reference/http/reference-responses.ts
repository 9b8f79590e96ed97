import type { ReferenceReportResponse, ReferenceVerdictResponse } from '@pushav/shared/api/reference.ts'
import type { IndexedStream } from '../../streams/ports.ts'
import type { RespondWithReceipt } from '../../uploads/http/upload-response.ts'
import type { ReadReference } from '../read-reference.ts'
import { referenceReportResponse, referenceVerdictResponse } from './reference-report.ts'
import { referenceStreamResponseWith } from './reference-stream.ts'
import { respondAsReferenceWith } from './respond-as-reference.ts'

/** What the API says of the reference, and says as the reference would. */
export interface ReferenceResponses {
  /** The reference's side of a report on one session of this server, or with null on all. */
  readonly report: (stream: string, session: string | null) => Promise<ReferenceReportResponse>
  /** The reference's verdict on one upload; null where it is not remembered any more. */
  readonly verdictOn: (stream: string, upload: string) => Promise<ReferenceVerdictResponse | null>
  /** The response to an upload. */
  readonly respond: RespondWithReceipt
  readonly streamResponse: (indexed: IndexedStream) => object
}

export function referenceResponsesWith(readReference: ReadReference): ReferenceResponses {
  return {
    report: async (stream, session) => referenceReportResponse(await readReference(stream), session),
    async verdictOn(stream, upload) {
      const verdict = (await readReference(stream)).verdictOf(upload)
      return verdict && referenceVerdictResponse(verdict)
    },
    respond: respondAsReferenceWith(readReference),
    streamResponse: referenceStreamResponseWith(readReference),
  }
}
