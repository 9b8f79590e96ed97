import type { InitSegment } from '../../init-segments/init-segment.ts'

/** An init segment, short, under its path: its upload, and the session of the few that have it. */
export const encodeInit = ({ upload, session }: Omit<InitSegment, 'path'>): string =>
  session === undefined ? upload : `${upload} ${session}`

export function decodeInit(path: string, text: string): InitSegment {
  const [upload = '', session] = text.split(' ')
  return session === undefined ? { path, upload } : { path, upload, session }
}
