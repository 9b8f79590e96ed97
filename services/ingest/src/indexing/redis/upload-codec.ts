import { hideCredentials } from '../../uploads/sender-headers.ts'
import type { JudgedUpload } from '../fold.ts'

/** An upload as the index stores it, under its id, which is left out. */
export function encodeUpload({ upload, findings, session, track, init }: JudgedUpload): string {
  const { id: _id, ...facts } = upload
  return JSON.stringify({ upload: facts, findings, session, track, init })
}

export function decodeUpload(id: string, json: string): JudgedUpload {
  // `encodeUpload` wrote it.
  const { upload, ...rest } = JSON.parse(json) as JudgedUpload
  return { upload: { ...upload, id, sender: hideCredentials(upload.sender) }, ...rest }
}
