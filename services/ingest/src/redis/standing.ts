/** What the index keeps at a path of the upload that stands there: enough to list it without its verdict. */
export interface Standing {
  readonly upload: string
  /** Unix time. */
  readonly receivedMs: number
  readonly session: string | null
  readonly isAccepted: boolean
}

/** Short, because there is one for every path: id, time in base 36, `+` or `-`, session. */
export const standingText = ({ upload, receivedMs, session, isAccepted }: Standing): string =>
  `${upload} ${receivedMs.toString(36)} ${isAccepted ? '+' : '-'}${session ?? ''}`

export function parseStanding(text: string): Standing {
  const [upload = '', time = '0', rest = '+'] = text.split(' ')
  return {
    upload,
    receivedMs: Number.parseInt(time, 36),
    session: rest.slice(1) || null,
    isAccepted: rest.startsWith('+'),
  }
}
