import type { Indexer } from '../indexing/index-journals.ts'
import type { Inspections } from '../indexing/inspect-upload.ts'
import { Refusal } from '../lib/refusal.ts'
import { Unavailable } from '../lib/unavailable.ts'
import type { MediaInspection } from '../media/isobmff/inspector.ts'
import type { BodyStats } from './body/stage-body.ts'
import type { OpenUploads } from './open-uploads.ts'
import { earlierPaths } from './paths/earlier-paths.ts'
import type { PendingVerdicts, Verdict } from './pending-verdicts.ts'
import type { ObjectLinks, StagedUpload, UploadFacts, UploadStore } from './ports.ts'
import type { Upload } from './upload.ts'
import type { UploadEvents } from './upload-events.ts'

export interface CommitUploadDeps {
  readonly store: Pick<UploadStore, 'commit'>
  readonly links: Pick<ObjectLinks, 'find'>
  readonly inspections: Pick<Inspections, 'put' | 'forget'>
  readonly indexer: Pick<Indexer, 'wake'>
  readonly verdicts: Pick<PendingVerdicts, 'wait'>
  readonly openUploads: Pick<OpenUploads, 'end' | 'pathsBeside'>
  readonly verdictWaitMs: number
  readonly now: () => Date
}

/** An upload that has ended, whole or cut off. */
export interface CompleteBody {
  readonly facts: UploadFacts
  readonly bytes: StagedUpload | Uint8Array
  readonly stats: BodyStats
  readonly events: UploadEvents
  /** When the last of the bytes came; absent where that is now. */
  readonly receivedAt?: Date
  /** Further facts for the upload's record. */
  readonly extra?: Pick<Upload, 'parts' | 'codedBytes' | 'undecodable' | 'fault'>
}

/** A durable upload; its verdict follows, or null when that takes too long. */
export interface CommittedUpload {
  readonly upload: Upload
  readonly verdict: Promise<Verdict | null>
}

/** Stores an upload, publishes that and has it indexed. Throws what `UploadStore.commit` throws. */
export async function commitUpload(deps: CommitUploadDeps, body: CompleteBody): Promise<CommittedUpload> {
  const { store, links, inspections, indexer, verdicts, openUploads, verdictWaitMs, now } = deps
  const { stream, ...facts } = body.facts
  const { inspection, ...stats } = body.stats
  const { kind } = inspection
  const receivedAt = (body.receivedAt ?? now()).toISOString()
  const complete = { ...facts, receivedAt, ...stats, kind, ...body.extra }
  const link = stats.whole && !(isEndOfTrack(inspection) && (await hasObject(links, stream, facts.path)))
  // Uploads that are open now have their journal lines behind this one.
  const open = openUploads.pathsBeside(stream, facts.id)
  const isManifest = kind === 'mpd' || kind === 'playlist'
  const beside = isManifest ? open : kind === 'segment' ? earlierPaths(open, facts.path) : []
  openUploads.end(stream, facts.id)
  const upload: Upload = beside.length > 0 ? { ...complete, beside } : complete
  inspections.put(upload.id, inspection)
  const verdict = verdicts.wait(upload.id, verdictWaitMs)
  try {
    await store.commit(stream, upload, body.bytes, { link })
  } catch (error) {
    inspections.forget([upload.id])
    // Where only the link failed, the line is written, and the index has to read it.
    if (!(error instanceof Refusal)) indexer.wake(stream, upload.id)
    throw error
  }
  body.events.committed(upload)
  indexer.wake(stream, upload.id)
  return { upload, verdict }
}

/** Whether an object stands at a path. False also while the index is unreachable: an upload is stored all the same. */
async function hasObject(links: CommitUploadDeps['links'], stream: string, path: string): Promise<boolean> {
  try {
    return (await links.find(stream, path)) !== null
  } catch (error) {
    if (error instanceof Unavailable) return false
    throw error
  }
}

/** Nothing but the end of a track: it takes the place of no object. */
const isEndOfTrack = ({ kind, endsTrack }: MediaInspection): boolean => kind === 'other' && endsTrack
