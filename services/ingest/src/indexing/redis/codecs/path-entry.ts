/** What the index stores at a path of the upload that stands there: enough to list it without its verdict. */
export interface PathEntry {
  readonly upload: string
  /** Unix time. */
  readonly receivedMs: number
  readonly session: string | null
  readonly isAccepted: boolean
}

/** Short, because there is one for every path: id, time in base 36, `+` or `-`, session. */
export const encodePathEntry = ({ upload, receivedMs, session, isAccepted }: PathEntry): string =>
  `${upload} ${receivedMs.toString(36)} ${isAccepted ? '+' : '-'}${session ?? ''}`

/** Reads what `encodePathEntry` made. */
export function decodePathEntry(text: string): PathEntry {
  const [upload = '', time = '0', rest = '+'] = text.split(' ')
  return {
    upload,
    receivedMs: Number.parseInt(time, 36),
    session: rest.slice(1) || null,
    isAccepted: rest.startsWith('+'),
  }
}
