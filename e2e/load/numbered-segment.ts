/** A segment of one track, to be sent again and again as if the track went on. */
export interface Template {
  readonly init: Buffer
  readonly segment: Buffer
}

/** The nth segment, from 1 on, of a track of one-second segments; `mark` makes its bytes unlike all others. */
export function numberedSegment({ init, segment }: Template, nth: number, mark: string): Buffer {
  const bytes = Buffer.concat([segment, markBox(mark)])
  bytes.writeUInt32BE(nth, fieldsOf(bytes, 'mfhd'))
  const tfdt = fieldsOf(bytes, 'tfdt')
  const shift = (nth - 1) * timescaleOf(init) - readTime(bytes, tfdt, tfdt)
  moveTime(bytes, tfdt, tfdt, shift)
  if (!bytes.subarray(0, bytes.indexOf('moof')).includes('sidx')) return bytes
  // The earliest presentation time stands behind reference_ID and timescale, which is that of the track.
  const sidx = fieldsOf(bytes, 'sidx')
  moveTime(bytes, sidx, sidx + 8, shift)
  return bytes
}

/** ISO/IEC 14496-12: behind the type of a full box, its version and its flags. */
const fieldsOf = (bytes: Buffer, type: string): number => {
  const at = bytes.indexOf(type, 0, 'latin1')
  if (at < 0) throw new Error(`the segment has no ${type}`)
  return at + 8
}

/** Whether the times of the box whose fields begin at `fields` have 64 bits, as in version 1, and not 32. */
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

/** Players pass over a `free` box. */
export function markBox(mark: string): Buffer {
  const box = Buffer.alloc(8 + Buffer.byteLength(mark))
  box.writeUInt32BE(box.length)
  box.write(`free${mark}`, 4)
  return box
}
