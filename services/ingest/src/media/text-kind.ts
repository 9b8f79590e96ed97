/** This many bytes of a body are enough for `textKindOf`. */
export const textHeadBytes = 2_048

/** What a body that holds no boxes is, told by its first characters. */
export function textKindOf(head: Buffer): 'mpd' | 'playlist' | 'other' {
  const start = head.toString('utf8', 0, textHeadBytes).replace(/^\uFEFF?\s*/, '')
  if (start.startsWith('#EXTM3U')) return 'playlist'
  return start.startsWith('<') && /<(\w+:)?MPD[\s>]/.test(start) ? 'mpd' : 'other'
}
