import type { StoredObject } from '../../fold.ts'

/** What stands at a path, short, because there is one for every path: id and SHA-256. */
export const encodeObject = ({ upload, sha256 }: StoredObject): string => `${upload} ${sha256}`

export function decodeObject(text: string): StoredObject {
  const [upload = '', sha256 = ''] = text.split(' ')
  return { upload, sha256 }
}
