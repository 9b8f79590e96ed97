/** How ffprobe has to read an upload: by itself, after its track's init segment, or as MPEG-TS. */
export type InputKind = 'whole' | 'segment' | 'transport-stream'

const packetBytes = 188
const packets = 5
const syncByte = 0x47

/** The number of bytes at the start of a file that `isTransportStream` looks at. */
export const kindHeadBytes = packetBytes * packets

/** Whether a box of this type settles the kind without a look at those after it. */
export const settlesInputKind = (type: string): boolean => type === 'moov' || type === 'moof'

const segmentTypes = new Set(['moof', 'styp', 'sidx', 'ssix', 'prft', 'emsg'])

/** Top-level boxes that begin a file of ISO BMFF media. */
const firstTypes = new Set([
  ...segmentTypes,
  ...['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'uuid', 'meta', 'mfra', 'pdin', 'pnot'],
])

/** Beginnings of other media formats, in hex: what ffprobe says of them is worth more than that they are another one. */
const mediaMagics: readonly RegExp[] = [
  /^1a45dfa3/, // Matroska and WebM
  /^494433|^ff[ef]/, // MP3 and ADTS, but no byte order mark
  /^4f676753|^664c6143|^464c5601/, // Ogg, FLAC, FLV
  /^52494646.{8}(?:41564920|57415645)/, // RIFF with AVI or WAVE
  /^0000(?:00)?01/, // MPEG program streams, H.264 and H.265 as byte streams
]
const utf16Mark = 'fffe'

/**
 * What an upload is that is no media by its first bytes, for a message; null for media, and for what may be some.
 * `firstType` is the type of its first box, or null where none can begin.
 */
export function nonMediaOf(head: Uint8Array, firstType: string | null): string | null {
  const bytes = Buffer.from(head)
  const [text, hex] = [bytes.toString('latin1'), bytes.toString('hex')]
  if (text === '' || (firstType !== null && firstTypes.has(firstType))) return null
  if (!hex.startsWith(utf16Mark) && mediaMagics.some((magic) => magic.test(hex))) return null
  const start = text
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart()
  if (start.startsWith('#EXTM3U')) return 'a playlist'
  if (start.startsWith('<')) return start.includes('<MPD') ? 'an MPD' : 'XML or HTML'
  return 'of no media format that this server knows'
}

/** An upload of unknown boxes counts as whole, so that ffprobe itself reports what is wrong with it. */
export function inputKindOf(boxTypes: readonly string[]): InputKind {
  const settling = boxTypes.find(settlesInputKind)
  if (settling) return settling === 'moov' ? 'whole' : 'segment'
  return boxTypes.some((type) => segmentTypes.has(type)) ? 'segment' : 'whole'
}

/** ISO/IEC 13818-1, 2.4.3.2: each packet of 188 bytes begins with 0x47. */
export function isTransportStream(head: Uint8Array): boolean {
  if (head.length < packetBytes) return false
  for (let start = 0; start < head.length; start += packetBytes) {
    if (head[start] !== syncByte) return false
  }
  return true
}
