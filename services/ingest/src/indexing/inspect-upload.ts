import type { Logger } from '@pushav/shared/logger.ts'
import { forEachLimit } from '../lib/for-each-limit.ts'
import { createSemaphore } from '../lib/semaphore.ts'
import { maxManifestBytes, readManifest } from '../media/inspect-manifest.ts'
import type { Inspection } from '../media/inspection.ts'
import { createInspector, type MediaInspection } from '../media/isobmff/inspector.ts'
import { RecordChanged, UploadGone, type UploadStore } from '../uploads/ports.ts'
import type { Upload } from '../uploads/upload.ts'

const maxWaiting = 10_000
/**
 * Bodies that are read at a time, of one stream and of all. Each holds a file open, or a request to the object store.
 */
const streamConcurrency = 32
const bodyConcurrency = 32

/** Inspections of uploads' bytes: those made while the upload was received, else made again from the disk. */
export interface Inspections {
  /** Keeps an inspection made while the upload was received, until `forget`. */
  put(upload: string, inspection: MediaInspection): void
  /** Throws the system's error, and `Unavailable` where an object store does not respond. */
  ofAll(stream: string, uploads: readonly Upload[]): Promise<InspectedUploads>
  /** To be called once the uploads are judged. */
  forget(uploads: readonly string[]): void
}

interface InspectedUploads {
  /**
   * By upload id; null where the body was cut off or changed behind this server's back, or where it is no longer there
   * and retention has stored no inspection of it.
   */
  readonly inspected: ReadonlyMap<string, Inspection | null>
  /** The uploads whose bytes are no longer there. */
  readonly gone: ReadonlySet<string>
}

/** Inspections of uploads whose bytes retention removes, so that a replay comes to the same verdicts. */
export interface InspectionArchive {
  /** Stores the inspections of some uploads, at least one, before their bytes go. Throws the system's error. */
  save(stream: string, inspections: ReadonlyMap<string, Inspection | null>): Promise<void>
  /** Null where there is none. Throws the system's error, and `RecordChanged`. */
  find(stream: string, upload: string): Promise<Inspection | null>
  removeStream(stream: string): Promise<void>
}

export function inspectionsOf(
  store: Pick<UploadStore, 'read'>,
  archive: Pick<InspectionArchive, 'find'>,
  log: Pick<Logger, 'error'>,
): Inspections {
  const fresh = new Map<string, MediaInspection>()
  const inTurn = createSemaphore(bodyConcurrency)
  return {
    put(upload, inspection) {
      if (fresh.size < maxWaiting) fresh.set(upload, inspection)
    },
    async ofAll(stream, uploads) {
      const inspected = new Map<string, Inspection | null>()
      const gone = new Set<string>()
      const unread: Upload[] = []
      for (const upload of uploads) {
        const known = upload.whole ? fresh.get(upload.id) : null
        if (known === undefined || (known && isManifest(known))) unread.push(upload)
        else inspected.set(upload.id, known && { ...known, mpd: null, playlist: null })
      }
      await forEachLimit(unread, streamConcurrency, async (upload) =>
        inspected.set(upload.id, await inTurn(() => inspectUnlessChanged(stream, upload, gone))),
      )
      return { inspected, gone }
    },
    forget(uploads) {
      for (const upload of uploads) fresh.delete(upload)
    },
  }

  /** An upload whose bytes were changed must stop neither the verdicts on later ones nor its own removal. */
  async function inspectUnlessChanged(
    stream: string,
    upload: Upload,
    gone: Set<string>,
  ): Promise<Inspection | null> {
    try {
      return await inspect(stream, upload, gone)
    } catch (error) {
      if (!(error instanceof RecordChanged)) throw error
      log.error({ error, stream, upload: upload.id, path: upload.path }, 'an upload is not what was stored')
      return null
    }
  }

  async function inspect(stream: string, upload: Upload, gone: Set<string>): Promise<Inspection | null> {
    try {
      const media = fresh.get(upload.id) ?? (await readMedia(stream, upload))
      return await withManifest(stream, upload, media)
    } catch (error) {
      if (!(error instanceof UploadGone)) throw error
      gone.add(upload.id)
      return archive.find(stream, upload.id)
    }
  }

  async function readMedia(stream: string, { id, part }: Upload): Promise<MediaInspection> {
    const inspector = createInspector({ isPart: part !== undefined })
    for await (const bytes of store.read(stream, id)) inspector.add(bytes)
    return inspector.result()
  }

  async function withManifest(stream: string, upload: Upload, media: MediaInspection): Promise<Inspection> {
    const inspection = { ...media, mpd: null, playlist: null }
    if (!isManifest(media)) return inspection
    if (upload.bytes > maxManifestBytes) return { ...inspection, faults: [tooLarge(upload.bytes)] }
    const parts: Buffer[] = []
    for await (const bytes of store.read(stream, upload.id)) parts.push(bytes)
    return { ...inspection, ...readManifest(Buffer.concat(parts), upload.path, media.kind) }
  }
}

type Manifest = MediaInspection & { readonly kind: 'mpd' | 'playlist' }

const isManifest = (media: MediaInspection): media is Manifest =>
  media.kind === 'mpd' || media.kind === 'playlist'

const tooLarge = (bytes: number): Inspection['faults'][number] => ({
  code: 'manifest-too-large',
  message: `expected a manifest of up to ${maxManifestBytes} bytes, more is beyond the limit of this server; received ${bytes}, which were not looked into`,
})
