import { createKeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { JudgedUpload } from '../indexing/fold.ts'
import { forEachLimit } from '../lib/for-each-limit.ts'
import { Refusal } from '../lib/refusal.ts'
import { unknownStream } from '../streams/assert-stream.ts'
import type { StreamQueries } from '../streams/ports.ts'
import { namesExpectedAt } from '../streams/stream.ts'
import type { OpenUpload } from '../uploads/ports.ts'
import type { Upload } from '../uploads/upload.ts'
import { referenceManifestOf } from '../validation/reference/reference-manifest.ts'
import type { ReferenceManifest } from '../validation/reference/reference-state.ts'
import { createReferenceView, type ReferenceView } from './reference-view.ts'

/**
 * The view of a stream up to its newest judged upload. It is made when it is asked for, from the wire log, and goes on
 * from there the next time: no upload waits for it. Throws the refusal `stream-unknown`, and `Unavailable` while Redis
 * does not respond.
 */
export type ReadReference = (stream: string) => Promise<ReferenceView>

interface ReadReferenceDeps {
  readonly index: Pick<StreamQueries, 'summary' | 'log' | 'logLength'>
  readonly open: OpenUpload
}

const maxViews = 16
const uploadsAtOnce = 500
/** Each holds a file open. */
const manifestsAtOnce = 8
const maxManifestBytes = 4_194_304

export function readReferenceWith({ index, open }: ReadReferenceDeps): ReadReference {
  const views = createLru<string, ReferenceView>(maxViews)
  const exclusively = createKeyedMutex()
  return (stream) => exclusively(stream, () => advance(stream))

  async function advance(id: string): Promise<ReferenceView> {
    const [summary, length] = await Promise.all([index.summary(id), index.logLength(id)])
    if (!summary) throw unknownStream(id)
    const { interface: ingest, strict } = summary.stream
    const settings = { interface: ingest, strict }
    const known = views.get(id)
    // A shorter log is a new one: the index was emptied.
    const view = known && known.position <= length ? known : createReferenceView()
    views.set(id, view)
    for (let next: number | null = view.position; next !== null && next < length; ) {
      const page = await index.log(id, next, uploadsAtOnce)
      const manifests = await manifestsOf(id, page.uploads)
      for (const judged of page.uploads) {
        const expectedTrackNames = namesExpectedAt(summary.stream, judged.position)
        const stream = { ...settings, expectedTrackNames }
        view.add(stream, judged, manifests.get(judged.upload.id) ?? null)
      }
      next = page.next
    }
    return view
  }

  async function manifestsOf(
    stream: string,
    uploads: readonly JudgedUpload[],
  ): Promise<ReadonlyMap<string, ReferenceManifest | null>> {
    const found = new Map<string, ReferenceManifest | null>()
    const wanted = uploads.filter(({ upload }) => /\.(mpd|m3u8)$/.test(upload.path))
    await forEachLimit(wanted, manifestsAtOnce, async ({ upload }) => {
      found.set(upload.id, await manifestOf(stream, upload))
    })
    return found
  }

  /** In a content coding, which the reference does not undo, no byte of it is as it looks for it. */
  async function manifestOf(stream: string, upload: Upload): Promise<ReferenceManifest | null> {
    if (upload.codedBytes !== undefined) return referenceManifestOf(upload.path, notDecoded)
    try {
      await using file = await open(stream, upload.id)
      return referenceManifestOf(upload.path, await file.read(0, maxManifestBytes))
    } catch (error) {
      // Its bytes are gone.
      if (error instanceof Refusal) return referenceManifestOf(upload.path, notDecoded)
      throw error
    }
  }
}

const notDecoded = Buffer.from('\x1f\x8b')
