import { forEachLimit } from '../lib/for-each-limit.ts'
import type { Inspection } from '../media/inspection.ts'
import type { Bodies, InspectManifest, MediaInspection, NewInspector } from '../uploads/ports.ts'
import type { Upload } from '../uploads/upload.ts'

/** A day's timeline of two tracks and segments of 2 s has 2.6 MB. */
const maxManifestBytes = 4_194_304
const maxWaiting = 10_000
/** Each holds a file open. */
const bodiesAtOnce = 8

/** What the bytes of uploads say: of a fresh one what was seen as it flowed in, else read again from the disk. */
export interface Inspections {
  /** Keeps what was seen of an upload until it is judged. */
  put(upload: string, seen: MediaInspection): void
  /** By upload id; null where the body was cut off or is no longer there. */
  ofAll(stream: string, uploads: readonly Upload[]): Promise<ReadonlyMap<string, Inspection | null>>
  /** They have been judged. */
  forget(uploads: readonly string[]): void
}

export function inspectionsOf(
  bodies: Bodies,
  newInspector: NewInspector,
  inspectManifest: InspectManifest,
): Inspections {
  const fresh = new Map<string, MediaInspection>()
  return {
    put(upload, seen) {
      if (fresh.size < maxWaiting) fresh.set(upload, seen)
    },
    async ofAll(stream, uploads) {
      const inspected = new Map<string, Inspection | null>()
      const unread: Upload[] = []
      for (const upload of uploads) {
        const known = upload.whole ? fresh.get(upload.id) : null
        if (known === undefined || (known && isManifest(known))) unread.push(upload)
        else inspected.set(upload.id, known && { ...known, mpd: null, playlist: null })
      }
      await forEachLimit(unread, bodiesAtOnce, async (upload) =>
        inspected.set(upload.id, await inspect(stream, upload)),
      )
      return inspected
    },
    forget(uploads) {
      for (const upload of uploads) fresh.delete(upload)
    },
  }

  async function inspect(stream: string, upload: Upload): Promise<Inspection | null> {
    const media = fresh.get(upload.id) ?? (await readMedia(stream, upload.id))
    return media && withManifest(stream, upload, media)
  }

  async function readMedia(stream: string, upload: string): Promise<MediaInspection | null> {
    const inspector = newInspector()
    try {
      for await (const bytes of bodies.read(stream, upload)) inspector.add(bytes)
      return inspector.result()
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return null
      throw error
    }
  }

  async function withManifest(stream: string, upload: Upload, media: MediaInspection): Promise<Inspection> {
    const inspection = { ...media, mpd: null, playlist: null }
    if (!isManifest(media)) return inspection
    if (upload.bytes > maxManifestBytes) return { ...inspection, faults: [tooLarge(upload.bytes)] }
    const parts: Buffer[] = []
    for await (const bytes of bodies.read(stream, upload.id)) parts.push(bytes)
    return { ...inspection, ...inspectManifest(Buffer.concat(parts), upload.path, media.kind) }
  }
}

type Manifest = MediaInspection & { readonly kind: 'mpd' | 'playlist' }

const isManifest = (media: MediaInspection): media is Manifest =>
  media.kind === 'mpd' || media.kind === 'playlist'

const tooLarge = (bytes: number): Inspection['faults'][number] => ({
  code: 'manifest-too-large',
  message: `expected a manifest of up to ${maxManifestBytes} bytes, more is beyond the limit of this server; received ${bytes}, which were not looked into`,
})
