import { uploadKey } from '@pushav/shared/paths.ts'

/** So that keys sort as the numbers do. */
const digits = 16
const padded = (number: number): string => String(number).padStart(digits, '0')

/**
 * Keys of what is stored, all made of ids and numbers of this server. A device's path is in no key.
 *
 * - `streams/<id>`: there is, or was, a stream of that id
 * - `removed/<id>`: it was deleted
 * - `uploads/<id>/<upload>`: the body of an upload
 * - `digests/<id>/<upload>`: the SHA-256 of a body that went to the store while it arrived
 * - `packs/<id>/…`: the bodies of several, named by the key (`packOf` in shared)
 * - `journals/<id>/<journal>/<offset>`: the lines of a journal from a byte offset on, up to the next object's
 * - `inspections/<id>/…`: what the bytes of uploads said that retention has removed
 * - `clients/<fingerprint>.pem`: a certificate that devices presented
 */
export const streamsPrefix = 'streams/'
export const removedPrefix = 'removed/'
export const streamKey = (stream: string): string => `${streamsPrefix}${padded(Number(stream))}`
export const removedKey = (stream: string): string => `${removedPrefix}${padded(Number(stream))}`
export const bodiesPrefix = (stream: string): string => `uploads/${stream}/`
export const bodyKey = uploadKey
export const digestsPrefix = (stream: string): string => `digests/${stream}/`
export const digestKey = (stream: string, upload: string): string => `${digestsPrefix(stream)}${upload}`
export const journalsPrefix = (stream: string): string => `journals/${stream}/`
export const inspectionsPrefix = (stream: string): string => `inspections/${stream}/`
const segmentsPrefix = (stream: string, journal: string): string => `${journalsPrefix(stream)}${journal}/`
export const segmentKey = (stream: string, journal: string, offset: number): string =>
  `${segmentsPrefix(stream, journal)}${padded(offset)}`
export const certificateKey = (fingerprint: string): string => `clients/${fingerprint}.pem`

/** The id at the end of a key of a stream; null for a key that this server did not make. */
export function idInKey(key: string): number | null {
  const [, id] = /^(?:streams|removed)\/(\d{16})$/.exec(key) ?? []
  return id === undefined || Number(id) === 0 ? null : Number(id)
}

/** The journal and the offset that a key of journal lines names; null for a key that this server did not make. */
export function segmentInKey(key: string): { readonly journal: string; readonly offset: number } | null {
  const [, journal = '', offset = ''] = /^journals\/\d+\/([^/]+)\/(\d{16})$/.exec(key) ?? []
  return journal === '' ? null : { journal, offset: Number(offset) }
}
