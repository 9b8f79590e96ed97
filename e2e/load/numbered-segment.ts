/** A segment of one track, from which `numberedSegment` makes all segments of the track. */
export interface Template {
  readonly init: Buffer
  readonly segment: Buffer
}

/** The nth segment, from 1, of a track of one-second segments. A unique `mark` makes its bytes unique. */
export function numberedSegment({ init, segment }: Template, nth: number, mark: string): Buffer {
  const bytes = Buffer.concat([segment, markBox(mark)])
  bytes.writeUInt32BE(nth, fieldsOf(bytes, 'mfhd'))
  const tfdt = fieldsOf(bytes, 'tfdt')
  const shift = (nth - 1) * timescaleOf(init) - readTime(bytes, tfdt, tfdt)
  moveTime(bytes, tfdt, tfdt, shift)
  if (!bytes.subarray(0, bytes.indexOf('moof')).includes('sidx')) return bytes
  // earliest_presentation_time follows reference_ID and timescale. The timescale is the same as that of the track.
  const sidx = fieldsOf(bytes, 'sidx')
  moveTime(bytes, sidx, sidx + 8, shift)
  return bytes
}

/** The offset of the first field after the version and flags of a full box (ISO/IEC 14496-12, 4.2). */
const fieldsOf = (bytes: Buffer, type: string): number => {
  const at = bytes.indexOf(type, 0, 'latin1')
  if (at < 0) throw new Error(`the segment has no ${type}`)
  return at + 8
}

/** Whether the box whose fields begin at `fields` has version 1, with times of 64 bits instead of 32. */
const isLong = (bytes: Buffer, fields: number): boolean => bytes[fields - 4] === 1

const readTime = (bytes: Buffer, fields: number, at: number): number =>
  isLong(bytes, fields) ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at)

function moveTime(bytes: Buffer, fields: number, at: number, by: number): void {
  const time = readTime(bytes, fields, at) + by
  if (isLong(bytes, fields)) bytes.writeBigUInt64BE(BigInt(time), at)
  else bytes.writeUInt32BE(time, at)
}

function timescaleOf(init: Buffer): number {
  const at = fieldsOf(init, 'mdhd')
  return init.readUInt32BE(isLong(init, at) ? at + 16 : at + 8)
}

/** A `free` box with a text. Players skip such a box. */
export function markBox(mark: string): Buffer {
  const box = Buffer.alloc(8 + Buffer.byteLength(mark))
  box.writeUInt32BE(box.length)
  box.write(`free${mark}`, 4)
  return box
}
