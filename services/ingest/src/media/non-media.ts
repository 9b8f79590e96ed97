import { boxSize } from '@pushav/shared/lib/box-header.ts'

const packetBytes = 188

/** The number of bytes at the start of a body that `nonMediaOf` looks at. */
export const nonMediaHeadBytes = packetBytes * 5

/** Boxes that may begin a file of ISO BMFF media and do not tell what is in it. */
const boxTypes = new Set(['free', 'skip', 'wide', 'uuid', 'meta', 'mfra', 'pdin', 'pnot'])

/**
 * First bytes of other media formats, in hex. They go to ffprobe, whose description is worth more than a message from
 * here.
 */
const mediaMagics: readonly RegExp[] = [
  /^1a45dfa3/, // Matroska and WebM
  /^494433|^ff[ef]/, // MP3 and ADTS, but no byte order mark
  /^4f676753|^664c6143|^464c5601/, // Ogg, FLAC, FLV
  /^52494646.{8}(?:41564920|57415645)/, // RIFF with AVI or WAVE
  /^0000(?:00)?01/, // MPEG program streams, H.264 and H.265 as byte streams
]
const magicBytes = 16
const utf16Mark = 'fffe'

/**
 * What a body is that has no box of media and is no manifest, by its first bytes, for a message; null for media of another
 * format, and for what may be some.
 */
export function nonMediaOf(head: Buffer): string | null {
  if (head.length === 0 || beginsWithBox(head) || isTransportStream(head)) return null
  const hex = head.toString('hex', 0, magicBytes)
  if (!hex.startsWith(utf16Mark) && mediaMagics.some((magic) => magic.test(hex))) return null
  const start = head
    .toString('latin1')
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart()
  return start.startsWith('<') ? 'XML or HTML' : 'of no media format that this server knows'
}

const beginsWithBox = (head: Buffer): boolean =>
  boxTypes.has(head.toString('latin1', 4, 8)) && boxSize(head, 0, head.length) !== null

/** ISO/IEC 13818-1, 2.4.3.2: each packet of 188 bytes begins with 0x47. */
function isTransportStream(head: Buffer): boolean {
  if (head.length < packetBytes) return false
  for (let start = 0; start < head.length; start += packetBytes) if (head[start] !== 0x47) return false
  return true
}
