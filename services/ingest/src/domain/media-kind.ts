/** What a body is, told by its first bytes: a CMAF header, media that needs one, a manifest, or neither. */
export type MediaKind = 'init' | 'segment' | 'manifest' | 'other'

/** This many bytes of a body are enough for `mediaKindOf`. */
export const headBytes = 4_096

const beforeMedia = ['styp', 'sidx', 'prft', 'emsg']
const passedOver = ['ftyp', 'free', 'skip', 'uuid', 'pdin']

/** ISO/IEC 14496-12: boxes follow each other, each begins with its size and its four-letter type. */
export function mediaKindOf(head: Buffer): MediaKind {
  let seen: MediaKind = 'other'
  for (let offset = 0; offset + 8 <= head.length; ) {
    const type = head.toString('latin1', offset + 4, offset + 8)
    if (type === 'moov') return 'init'
    if (type === 'moof' || type === 'mdat') return 'segment'
    if (beforeMedia.includes(type)) seen = 'segment'
    else if (type === 'ftyp') seen = 'init'
    else if (!passedOver.includes(type)) break
    offset += Math.max(8, head.readUInt32BE(offset))
  }
  if (seen !== 'other') return seen
  return textKindOf(head) === 'other' ? 'other' : 'manifest'
}

/** This many bytes of a body are enough for `textKindOf`. */
export const textHeadBytes = 2_048

export function textKindOf(head: Buffer): 'mpd' | 'playlist' | 'other' {
  const start = head.toString('utf8', 0, textHeadBytes).replace(/^\uFEFF?\s*/, '')
  if (start.startsWith('#EXTM3U')) return 'playlist'
  return start.startsWith('<') && /<(\w+:)?MPD[\s>]/.test(start) ? 'mpd' : 'other'
}
