import type { StoredObject } from '../../judged-upload.ts'

/**
 * What stands at a path, short, because there is one for every path: id, SHA-256, and the session of the few that have
 * it.
 */
export const encodeObject = ({ upload, sha256, session }: StoredObject): string =>
  session === undefined ? `${upload} ${sha256}` : `${upload} ${sha256} ${session}`

/** Reads what `encodeObject` made. */
export function decodeObject(text: string): StoredObject {
  const [upload = '', sha256 = '', session] = text.split(' ')
  return session === undefined ? { upload, sha256 } : { upload, sha256, session }
}
