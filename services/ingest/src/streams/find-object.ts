import type { CertificateDetails } from '../certificates/ports.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { Refusal } from '../lib/refusal.ts'
import { unknownUpload } from '../uploads/body/upload-ids.ts'
import type { BodyLocation, ClientCertificates, ObjectLinks, UploadStore } from '../uploads/ports.ts'
import type { StreamQueries } from './ports.ts'

/**
 * Where an object's bytes are, or, at `<path>.crt` where an object is at `<path>`, the certificate of the device that
 * sent that.
 */
type FoundObject =
  | { readonly kind: 'body'; readonly upload: string; readonly body: BodyLocation }
  | { readonly kind: 'certificate'; readonly certificate: CertificateDetails }

/** `version` is an upload's id; null for the newest one. Throws the refusal `object-unknown`. */
export type FindObject = (stream: string, path: string, version: string | null) => Promise<FoundObject>

interface FindObjectDeps {
  readonly store: Pick<UploadStore, 'locate'>
  readonly links: Pick<ObjectLinks, 'find'>
  readonly index: Pick<StreamQueries, 'newest' | 'upload'>
  readonly certificates: Pick<ClientCertificates, 'details'>
}

/** Finds the newest whole object by its link on the disk, without the index where that is possible. */
export function findObjectWith({ store, links, index, certificates }: FindObjectDeps): FindObject {
  return async function findObject(stream, path, version) {
    // A certificate comes before an object of the same name: else a device could write what is read as the
    // certificate of another object.
    const sent = version === null ? await certifiedAt(stream, path) : null
    if (sent) return { kind: 'certificate', certificate: await certificateOf(certificates, sent, path) }
    const upload = version === null ? await newestOf(stream, path) : await versionOf(stream, path, version)
    if (upload) return { kind: 'body', upload, body: await store.locate(stream, upload) }
    throw new Refusal('object-unknown', `stream ${stream} has no object at ${path}`)
  }

  /** The object whose certificate the reference has at this path. */
  async function certifiedAt(stream: string, path: string): Promise<JudgedUpload | null> {
    return path.endsWith('.crt') ? index.newest(stream, path.slice(0, -'.crt'.length)) : null
  }

  async function newestOf(stream: string, path: string): Promise<string | null> {
    // A path that clashes with another has no link, but it is in the index.
    return (await links.find(stream, path)) ?? (await index.newest(stream, path))?.upload.id ?? null
  }

  async function versionOf(stream: string, path: string, version: string): Promise<string | null> {
    const found = await index.upload(stream, version)
    return found?.upload.path === path ? version : null
  }
}

/** The certificate of the device that sent an upload, by the upload's id. Throws the refusal `object-unknown`. */
export type FindCertificate = (stream: string, upload: string) => Promise<CertificateDetails>

export function findCertificateWith({
  index,
  certificates,
}: Pick<FindObjectDeps, 'index' | 'certificates'>): FindCertificate {
  return async function findCertificate(stream, upload) {
    const found = await index.upload(stream, upload)
    if (!found) throw unknownUpload(stream, upload)
    return certificateOf(certificates, found, upload)
  }
}

async function certificateOf(
  certificates: FindObjectDeps['certificates'],
  { upload }: JudgedUpload,
  name: string,
): Promise<CertificateDetails> {
  const { device } = upload.sender
  if (!device) throw new Refusal('object-unknown', `${name}: this object came without a client certificate`)
  const details = await certificates.details(device.fingerprint)
  if (!details) throw new Refusal('object-unknown', `${name}: the stored certificate cannot be read`)
  return details
}
