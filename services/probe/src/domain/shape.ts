/** How an upload has to be read: by itself, behind its track's init segment, or as MPEG-TS. */
export type Shape = 'whole' | 'segment' | 'transport-stream'

const packetBytes = 188
const packets = 5
const syncByte = 0x47

/** So many bytes from the start of a file decide whether it is a transport stream. */
export const shapeHeadBytes = packetBytes * packets

/** A box of either type settles the shape, whatever follows. */
export const settlesShape = (type: string): boolean => type === 'moov' || type === 'moof'

const segmentTypes = new Set(['moof', 'styp', 'sidx', 'ssix', 'prft', 'emsg'])

/** What is no media at all counts as whole, so that ffprobe itself says what is wrong with it. */
export function shapeOf(boxTypes: readonly string[]): Shape {
  const settling = boxTypes.find(settlesShape)
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
