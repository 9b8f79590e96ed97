import { Refusal } from '../../lib/refusal.ts'
import { unknownUpload } from '../../uploads/body/upload-ids.ts'
import type { StreamQueries } from '../ports.ts'

/** The uploads whose bytes, one after the other, are a file that a player can decode. */
interface Preview {
  /** Null where the upload has its own init segment. */
  readonly init: { readonly upload: string; readonly bytes: number } | null
  readonly upload: string
  readonly bytes: number
}

/** Throws the refusals `object-unknown` and, for encrypted media, `media-unsupported`. */
export type FindPreview = (stream: string, upload: string) => Promise<Preview>

export function findPreviewWith(index: Pick<StreamQueries, 'upload' | 'initOf'>): FindPreview {
  return async function findPreview(stream, id) {
    const judged = await index.upload(stream, id)
    if (!judged) throw unknownUpload(stream, id)
    const { upload, initFacts } = judged
    if (initFacts?.encrypted) throw encrypted(upload.path)
    // A long request, from its header to its end.
    if (upload.kind === 'init' && upload.parts) return { init: null, upload: id, bytes: upload.bytes }
    const initId = upload.kind === 'segment' ? await index.initOf(stream, judged) : null
    const init = initId === null ? null : await index.upload(stream, initId)
    if (!init)
      throw unknown(`there is no preview of ${upload.path}: it is no segment with a known init segment`)
    if (init.initFacts?.encrypted) throw encrypted(upload.path)
    return { init: { upload: init.upload.id, bytes: init.upload.bytes }, upload: id, bytes: upload.bytes }
  }
}

const unknown = (detail: string) => new Refusal('object-unknown', detail)

const encrypted = (path: string) =>
  new Refusal(
    'media-unsupported',
    `${path} is encrypted: its bytes are stored, but no player here has its key`,
  )
