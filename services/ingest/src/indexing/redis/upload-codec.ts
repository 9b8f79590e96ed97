import type { JudgedUpload } from '../fold.ts'

/** An upload as the index keeps it, under its id, which need not be said twice. */
export function encodeUpload({ upload, findings, session, track }: JudgedUpload): string {
  const { id: _kept, ...facts } = upload
  return JSON.stringify({ upload: facts, findings, session, track })
}

export function decodeUpload(id: string, kept: string): JudgedUpload {
  // `keptUpload` wrote it.
  const { upload, ...rest } = JSON.parse(kept) as JudgedUpload
  return { upload: { ...upload, id }, ...rest }
}
