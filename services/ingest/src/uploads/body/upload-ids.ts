import { Refusal } from '../../lib/refusal.ts'

/** Ids are names of files and keys, so they have no slash and no leading dot. */
const idPattern = /^\w[\w.-]{0,99}$/

/** Throws the refusal `object-unknown` for ids that no upload has: a client may name any. */
export function assertUploadIds(stream: string, upload: string): void {
  if (!idPattern.test(stream) || !idPattern.test(upload)) throw unknownUpload(stream, upload)
}

export const unknownUpload = (stream: string, upload: string): Refusal =>
  new Refusal('object-unknown', `stream ${stream} has no upload ${upload}`)
