import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { forEachLimit } from '../lib/for-each-limit.ts'
import { Refusal } from '../lib/refusal.ts'
import { maxManifestBytes } from '../media/inspect-manifest.ts'
import { createLogViews, type LogOfStream, type ReadLogView } from '../streams/log-views.ts'
import { namesExpectedAt } from '../streams/stream.ts'
import type { OpenUpload } from '../uploads/ports.ts'
import type { Upload } from '../uploads/upload.ts'
import { referenceManifestOf } from '../validation/reference/reference-manifest.ts'
import type { ReferenceManifest } from '../validation/reference/reference-state.ts'
import { createReferenceView, type ReferenceView } from './reference-view.ts'

/** What the reference would have made of a stream. */
export type ReadReference = ReadLogView<ReferenceView>

interface ReadReferenceDeps {
  readonly index: LogOfStream
  readonly open: OpenUpload
}

/** Manifests that are read at a time; each holds a file open. */
const manifestConcurrency = 8

export function readReferenceWith({ index, open }: ReadReferenceDeps): ReadReference {
  return createLogViews({
    index,
    create: createReferenceView,
    async add(view, stream, uploads) {
      const manifests = await manifestsOf(stream.id, uploads)
      for (const judged of uploads) {
        const expectedTrackNames = namesExpectedAt(stream, judged.position)
        view.add({ ...stream, expectedTrackNames }, judged, manifests.get(judged.upload.id) ?? null)
      }
    },
  })

  async function manifestsOf(
    stream: string,
    uploads: readonly JudgedUpload[],
  ): Promise<ReadonlyMap<string, ReferenceManifest | null>> {
    const found = new Map<string, ReferenceManifest | null>()
    const wanted = uploads.filter(({ upload }) => /\.(mpd|m3u8)$/.test(upload.path))
    await forEachLimit(wanted, manifestConcurrency, async ({ upload }) => {
      found.set(upload.id, await manifestOf(stream, upload))
    })
    return found
  }

  /** What the reference reads in a manifest. It undoes no content coding, so that it finds nothing in one that has one. */
  async function manifestOf(stream: string, upload: Upload): Promise<ReferenceManifest | null> {
    if (upload.codedBytes !== undefined) return referenceManifestOf(upload.path, notDecoded)
    try {
      await using file = await open(stream, upload.id)
      return referenceManifestOf(upload.path, await file.read(0, maxManifestBytes))
    } catch (error) {
      // The bytes of the manifest are gone.
      if (error instanceof Refusal) return referenceManifestOf(upload.path, notDecoded)
      throw error
    }
  }
}

const notDecoded = Buffer.from('\x1f\x8b')
