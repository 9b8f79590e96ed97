/** How ffprobe has to read an upload: alone, after the init segment of its track, or as MPEG-TS. */
export type InputKind = 'whole' | 'segment' | 'transport-stream'

const packetBytes = 188
const packets = 5
const syncByte = 0x47

/** The number of bytes at the start of a file that `isTransportStream` looks at. */
export const kindHeadBytes = packetBytes * packets

/** Whether a box of this type decides the kind, so that later boxes need not be read. */
export const settlesInputKind = (type: string): boolean => type === 'moov' || type === 'moof'

const segmentTypes = new Set(['moof', 'styp', 'sidx', 'ssix', 'prft', 'emsg'])

/** The kind of an upload with these boxes. Unknown boxes count as whole, so that ffprobe reports what is wrong. */
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
