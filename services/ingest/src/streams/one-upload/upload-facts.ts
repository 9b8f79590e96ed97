import type { JudgedUpload } from '../../indexing/judged-upload.ts'
import type { Probes } from '../../probes/ports.ts'
import { unknownUpload } from '../../uploads/body/upload-ids.ts'
import type { StreamQueries } from '../ports.ts'
import type { Streams } from '../streams.ts'
import { type LogEntry, withProbes } from '../upload-log.ts'
import { findNeighbours, type Neighbours } from './find-neighbours.ts'

/** One upload and what is around it. */
export interface UploadContext extends Neighbours {
  readonly entry: LogEntry
  /** Uploads of the same path, newest first, itself among them. */
  readonly versions: readonly JudgedUpload[]
}

/** Throws the refusals `stream-unknown` and `object-unknown`. */
export type ReadUploadFacts = (stream: string, upload: string) => Promise<UploadContext>

export function readUploadFactsWith(
  streams: Pick<Streams, 'assertExists'>,
  index: Pick<StreamQueries, 'upload' | 'log' | 'versions' | 'initOf'>,
  probes: Pick<Probes, 'outcomeStates'>,
): ReadUploadFacts {
  return async function readUploadFacts(stream, id) {
    await streams.assertExists(stream)
    const judged = await index.upload(stream, id)
    if (!judged) throw unknownUpload(stream, id)
    const [[entry = null], versions, init, around] = await Promise.all([
      withProbes(stream, [judged], probes),
      index.versions(stream, judged.upload.path),
      judged.upload.kind === 'segment' ? index.initOf(stream, judged) : null,
      findNeighbours(index, stream, judged),
    ])
    if (!entry) throw unknownUpload(stream, id)
    return { entry: { ...entry, init }, versions, ...around }
  }
}
