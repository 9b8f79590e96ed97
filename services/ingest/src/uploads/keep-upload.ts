import type { Inspections } from '../indexing/inspect-upload.ts'
import type { BodyStats } from './body-stats.ts'
import type { OpenUploads } from './open-uploads.ts'
import type { Verdict } from './pending-verdicts.ts'
import type { ObjectLinks, StagedBody } from './ports.ts'
import type { RecordEntry } from './record-entry.ts'
import type { Upload } from './upload.ts'

export interface Keeping {
  readonly view: ObjectLinks
  readonly inspections: Inspections
  readonly record: RecordEntry
  readonly openUploads: OpenUploads
  readonly now: () => Date
}

/** An upload that is safe; its verdict follows, or null when that takes too long. */
export interface Kept {
  readonly upload: Upload
  readonly verdict: Promise<Verdict | null>
}

type More = Pick<Upload, 'parts' | 'codedBytes' | 'undecodable'>

/** Body first, then its journal line: a crash between the two leaves a file without a name, never a name without a file. */
export async function keepUpload(
  { view, record, inspections, openUploads, now }: Keeping,
  staged: Pick<StagedBody, 'facts' | 'keep'>,
  { seen, ...arrived }: BodyStats,
  more: More = {},
): Promise<Kept> {
  const { stream, ...facts } = staged.facts
  const upload = { ...facts, receivedAt: now().toISOString(), ...arrived, kind: seen.kind, ...more }
  const mayBeAside = seen.kind === 'other' && seen.endsTrack
  const isShown = upload.whole && !(mayBeAside && (await isAside()))
  inspections.put(upload.id, seen)
  try {
    return await staged.keep(keepRecord)
  } catch (error) {
    inspections.forget([upload.id])
    throw error
  }

  async function keepRecord(): Promise<Kept> {
    const recorded = { ...upload, ...besideOf() }
    openUploads.end(stream, upload.id)
    const { written, verdict } = record(stream, { kind: 'upload', id: upload.id, upload: recorded })
    await Promise.all([written, isShown && view.link(stream, upload.path, upload.id)])
    return { upload: recorded, verdict }
  }

  /** Journal lines are written in the order of `record`, so that what is open here comes behind this upload. */
  function besideOf(): Pick<Upload, 'beside'> {
    if (seen.kind !== 'mpd' && seen.kind !== 'playlist') return {}
    const beside = openUploads.pathsBeside(stream, upload.id)
    return beside.length > 0 ? { beside } : {}
  }

  /** Nothing but the end of a track takes no object's place. */
  async function isAside(): Promise<boolean> {
    return (await view.find(stream, upload.path)) !== null
  }
}
