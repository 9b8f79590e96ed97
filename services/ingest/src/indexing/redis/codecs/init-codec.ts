import type { InitSegment } from '../../init-segments/init-segment.ts'

/** An init segment, short, under its path: its upload, and the session of the few that have it, `-` for none. */
export const encodeInit = ({ upload, session }: Omit<InitSegment, 'path'>): string =>
  session === undefined ? upload : `${upload} ${session ?? noSession}`

/** Reads what `encodeInit` made. */
export function decodeInit(path: string, text: string): InitSegment {
  const [upload = '', session] = text.split(' ')
  if (session === undefined) return { path, upload }
  return { path, upload, session: session === noSession ? null : session }
}

const noSession = '-'
