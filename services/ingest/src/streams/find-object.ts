import type { JudgedUpload } from '../indexing/fold.ts'
import { Refusal } from '../lib/refusal.ts'
import type { ClientCertificates, ObjectLinks, UploadStore } from '../uploads/ports.ts'
import type { StreamQueries } from './ports.ts'

/** A file to send, or the certificate that brought it (`<path>.crt`). */
export type FoundObject =
  | { readonly kind: 'body'; readonly upload: string; readonly file: string }
  | { readonly kind: 'certificate'; readonly details: unknown }

export type FindObject = (stream: string, path: string, version: string | null) => Promise<FoundObject>

interface Needs {
  readonly store: Pick<UploadStore, 'fileOf'>
  readonly view: ObjectLinks
  readonly index: Pick<StreamQueries, 'newest' | 'upload'>
  readonly certificates: ClientCertificates
}

/** The newest whole object at a path, or an older version; the disk answers for as long as it can alone. */
export function findObjectWith({ store, view, index, certificates }: Needs): FindObject {
  return async function findObject(stream, path, version) {
    const upload = version === null ? await newestOf(stream, path) : await versionOf(stream, path, version)
    if (upload) return { kind: 'body', upload, file: store.fileOf(stream, upload) }
    const certified = path.endsWith('.crt') ? await index.newest(stream, path.slice(0, -'.crt'.length)) : null
    if (certified) return { kind: 'certificate', details: await certificateOf(certified, path) }
    throw new Refusal('object-unknown', `stream ${stream} has no object at ${path}`)
  }

  async function newestOf(stream: string, path: string): Promise<string | null> {
    // A path that clashes with another has no link; the index knows it all the same.
    return (await view.find(stream, path)) ?? (await index.newest(stream, path))?.upload.id ?? null
  }

  async function versionOf(stream: string, path: string, version: string): Promise<string | null> {
    const known = await index.upload(stream, version)
    return known?.upload.path === path ? version : null
  }

  async function certificateOf({ upload }: JudgedUpload, path: string): Promise<unknown> {
    const { device } = upload.sender
    if (!device) throw new Refusal('object-unknown', `${path}: this object came without a client certificate`)
    return certificates.details(device.fingerprint)
  }
}
