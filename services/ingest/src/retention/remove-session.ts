import { createLru } from '@pushav/shared/lib/lru.ts'
import type { InspectionArchive, Inspections } from '../indexing/inspect-upload.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import type { StreamQueries } from '../streams/ports.ts'
import type { RecordEntry } from '../streams/record-entry.ts'
import { sessionViewAt } from '../streams/session-view.ts'
import type { InFlightUploads } from '../uploads/in-flight.ts'
import type { UploadStore } from '../uploads/ports.ts'
import { sessionIn } from '../validation/object-name.ts'
import { sessionKeyOf } from '../validation/state.ts'
import { readNeeded } from './needed-uploads.ts'
import type { SessionRemoval } from './policy.ts'

const pageUploads = 500
const maxChecked = 16_384
/** Inspections of manifests grow with them, and those of one page are in memory together. */
const maxManifestBytes = 8_388_608

export interface RemoveSessionDeps {
  readonly index: Pick<StreamQueries, 'sessions' | 'sessionViews' | 'log' | 'positionAt'>
  readonly inspections: Pick<Inspections, 'ofAll'>
  readonly archive: Pick<InspectionArchive, 'save'>
  readonly store: Pick<UploadStore, 'removeUploads'>
  readonly record: RecordEntry
  readonly inFlight: Pick<InFlightUploads, 'of'>
  readonly newId: () => string
  readonly now: () => Date
  readonly idleMs: number
}

/** What a removal removed, in numbers. */
export interface RemovedAmount {
  readonly uploads: number
  readonly bytes: number
}

/**
 * Removes an ended session, or uploads that belong to none and came before `beforeMs`; nothing where the session is
 * open again or an upload to it is in flight. Uploads that another recording of its number needs stay until that one
 * goes, and so do init segments without a session that segments of one need. Inspections are stored first, then the
 * bytes go, then the journal says so: the next pass does what a crash leaves. Throws the system's errors and
 * `Unavailable`.
 */
export type RemoveSession = (removal: SessionRemoval, beforeMs: number) => Promise<RemovedAmount>

export function removeSessionWith(deps: RemoveSessionDeps): RemoveSession {
  const { index, inspections, archive, store, record, inFlight, newId, now, idleMs } = deps
  /** By stream: the log position before which no upload without a session is left. */
  const checkedUpTo = createLru<string, number>(maxChecked)

  return async function removeSession(removal, beforeMs) {
    const { stream, session } = removal
    if (session === null) return removeFrom(removal, checkedUpTo.get(stream) ?? 0, beforeMs)
    const first = await endedSince(removal)
    if (first === null) return nothing
    const removed = await removeFrom(removal, await index.positionAt(stream, first), beforeMs)
    // Journals that were merged late may have put an upload before those that it came after.
    if ((await endedSince(removal)) === null) return removed
    return sum(removed, await removeFrom(removal, 0, beforeMs))
  }

  /** When the session began, in Unix milliseconds; null where it is not to be removed, or gone. */
  async function endedSince({ stream, session }: SessionRemoval): Promise<number | null> {
    if (session === null) return null
    const [view] = await index.sessionViews(stream, [session])
    if (!view || sessionViewAt(view, now().getTime(), idleMs).phase === 'open') return null
    const key = sessionKeyOf(session)
    return inFlight.of(stream).some(({ facts }) => sessionIn(facts.path) === key) ? null : view.firstObjectMs
  }

  async function removeFrom(
    removal: SessionRemoval,
    position: number,
    beforeMs: number,
  ): Promise<RemovedAmount> {
    const { stream, session } = removal
    let removed = nothing
    let isChecked = session === null
    for (let from: number | null = position; from !== null; ) {
      const page = await index.log(stream, from, pageUploads)
      const isPast = page.uploads.some(({ upload }) => Date.parse(upload.receivedAt) > beforeMs)
      const own = page.uploads.filter(
        (judged) => judged.session === session && Date.parse(judged.upload.receivedAt) <= beforeMs,
      )
      const found = own.length > 0 ? await withoutNeeded(removal, own) : own
      for (const some of inChunks(found)) {
        if (session !== null && (await endedSince(removal)) === null) return removed
        removed = sum(removed, await removeUploads(removal, some))
      }
      isChecked &&= !isPast && page.next !== null && found.length === own.length
      if (isChecked && page.next !== null) checkedUpTo.set(stream, page.next)
      from = isPast || (session !== null && removed.uploads >= removal.uploads) ? null : page.next
    }
    return removed
  }

  async function withoutNeeded(
    { stream, session }: SessionRemoval,
    own: readonly JudgedUpload[],
  ): Promise<readonly JudgedUpload[]> {
    const needed = await readNeeded(index, stream, session, own)
    return needed.size === 0 ? own : own.filter(({ upload }) => !needed.has(upload.id))
  }

  async function removeUploads(
    { stream, session, reason }: SessionRemoval,
    judged: readonly JudgedUpload[],
  ): Promise<RemovedAmount> {
    const uploads = judged.map(({ upload }) => upload)
    const ids = uploads.map(({ id }) => id)
    const { inspected } = await inspections.ofAll(stream, uploads)
    await archive.save(stream, inspected)
    await store.removeUploads(stream, ids)
    const head = { id: newId(), at: now().toISOString() }
    const { indexed } = await record(stream, {
      kind: 'uploads-removed',
      ...head,
      session,
      uploads: ids,
      reason,
    })
    await indexed
    return {
      uploads: ids.length,
      bytes: uploads.reduce((all, { parts, bytes }) => all + (parts ? 0 : bytes), 0),
    }
  }
}

const nothing: RemovedAmount = { uploads: 0, bytes: 0 }

const sum = (a: RemovedAmount, b: RemovedAmount): RemovedAmount => ({
  uploads: a.uploads + b.uploads,
  bytes: a.bytes + b.bytes,
})

function* inChunks(found: readonly JudgedUpload[]): Generator<readonly JudgedUpload[]> {
  let chunk: JudgedUpload[] = []
  let manifestBytes = 0
  for (const judged of found) {
    const { kind, bytes } = judged.upload
    const more = kind === 'mpd' || kind === 'playlist' ? bytes : 0
    if (chunk.length > 0 && manifestBytes + more > maxManifestBytes) {
      yield chunk
      chunk = []
      manifestBytes = 0
    }
    chunk.push(judged)
    manifestBytes += more
  }
  if (chunk.length > 0) yield chunk
}
