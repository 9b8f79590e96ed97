import { Refusal } from '../lib/refusal.ts'
import { type Hierarchy, hierarchies } from './certificate.ts'
import { parseCertificateName, rootName } from './certificate-name.ts'
import type { CertificateDetails, CertificateFiles, CertificateReader, KeyDetails } from './ports.ts'

/** What users see of a stored file. */
export type FileDetails =
  | { readonly kind: 'certificate'; readonly certificate: CertificateDetails }
  | { readonly kind: 'key'; readonly key: KeyDetails }

/**
 * Reads stored certificates and keys. A `file` is `<name>.pem` or `<name>.key`. All but `list` throw the refusals
 * `certificate-unknown`, `certificate-name-malformed` and, for keys that never leave the disk,
 * `certificate-key-secret`.
 */
export interface ShowCertificates {
  /** Names of the files in each hierarchy. */
  list(): Promise<Readonly<Record<Hierarchy, readonly string[]>>>
  show(hierarchy: string, file: string): Promise<FileDetails>
  /** The file's own text. */
  pem(hierarchy: string, file: string): Promise<string>
  /** The first certificate of a file, or its key (PKCS#8), DER. */
  der(hierarchy: string, file: string): Promise<Uint8Array>
}

/** The keys of the CAs and of this server are never shown. */
export function showCertificatesWith(files: CertificateFiles, reader: CertificateReader): ShowCertificates {
  return {
    async list() {
      const [server, device] = await Promise.all([files.list('server'), files.list('device')])
      return { server, device }
    },
    async show(hierarchy, file) {
      const text = await pem(hierarchy, file)
      if (isKey(file)) return { kind: 'key', key: readable(file, reader.describeKey(text)) }
      return { kind: 'certificate', certificate: readable(file, reader.describe(text)) }
    },
    pem,
    async der(hierarchy, file) {
      return readable(file, reader.derOf(await pem(hierarchy, file)))
    },
  }

  async function pem(text: string, file: string): Promise<string> {
    const hierarchy = hierarchies.find((one) => one === text)
    if (!hierarchy) throw unknown(`there are certificates of "server" and of "device", none of "${text}"`)
    assertPublic(hierarchy, file)
    const found = await files.read(hierarchy, file)
    if (found === null) throw unknown(`there is no ${file} in ${hierarchy}`)
    return found
  }
}

/** Refuses before it looks, so that a client cannot find out which secret files there are. */
function assertPublic(hierarchy: Hierarchy, file: string): void {
  const [, name = '', extension] = /^(.*)\.(pem|key)$/s.exec(file) ?? []
  if (!extension) throw unknown('a certificate is called <name>.pem, its key <name>.key')
  const isRoot = name.toLowerCase() === rootName
  if (!isRoot) parseCertificateName(name)
  if (extension === 'key' && (isRoot || hierarchy === 'server')) {
    throw new Refusal(
      'certificate-key-secret',
      "the keys of the CAs and of this server stay on this server's disk",
    )
  }
}

const isKey = (file: string): boolean => file.endsWith('.key')

const unknown = (detail: string) => new Refusal('certificate-unknown', detail)

function readable<Details>(file: string, details: Details | null): Details {
  if (details === null) throw unknown(`what ${file} holds cannot be read`)
  return details
}
