import type { JudgedUpload } from '../../indexing/judged-upload.ts'
import type { Probes } from '../../probes/ports.ts'
import { unknownUpload } from '../../uploads/body/upload-ids.ts'
import type { StreamQueries } from '../ports.ts'
import type { Streams } from '../streams.ts'
import { type LogEntry, withProbes } from '../upload-log.ts'

/** One upload and what is around it. Ids are null where there is none. */
export interface UploadContext {
  readonly entry: LogEntry
  /** Uploads of the same path, newest first, itself among them. */
  readonly versions: readonly JudgedUpload[]
  readonly previous: string | null
  readonly next: string | null
  readonly previousInTrack: string | null
  readonly nextInTrack: string | null
}

/** Throws the refusals `stream-unknown` and `object-unknown`. */
export type ReadUploadFacts = (stream: string, upload: string) => Promise<UploadContext>

/** How far neighbours in a track are looked for: tracks are sent side by side. */
const maxDistance = 500

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
      neighboursOf(stream, judged),
    ])
    if (!entry) throw unknownUpload(stream, id)
    return { entry: { ...entry, init }, versions, ...around }
  }

  async function neighboursOf(stream: string, { position, session, track }: JudgedUpload) {
    const begin = Math.max(0, position - maxDistance)
    const [before, after] = await Promise.all([
      index.log(stream, begin, position - begin || 1),
      index.log(stream, position + 1, maxDistance),
    ])
    const earlier = before.uploads.filter((other) => other.position < position).toReversed()
    const inTrack = (other: JudgedUpload) => other.session === session && other.track === track
    return {
      previous: idOf(earlier[0]),
      next: idOf(after.uploads[0]),
      previousInTrack: track === null ? null : idOf(earlier.find(inTrack)),
      nextInTrack: track === null ? null : idOf(after.uploads.find(inTrack)),
    }
  }
}

const idOf = (judged: JudgedUpload | undefined): string | null => judged?.upload.id ?? null
