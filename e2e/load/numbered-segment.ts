/** A segment of one track, to be sent again and again as if the track went on. */
export interface Template {
  readonly init: Buffer
  readonly segment: Buffer
}

/** The nth segment, from 1 on, of a track of one-second segments; `mark` makes its bytes unlike all others. */
export function numberedSegment({ init, segment }: Template, nth: number, mark: string): Buffer {
  const bytes = Buffer.concat([segment, markBox(mark)])
  bytes.writeUInt32BE(nth, fieldsOf(bytes, 'mfhd'))
  writeTime(bytes, 'tfdt', (nth - 1) * timescaleOf(init))
  return bytes
}

/** ISO/IEC 14496-12: behind the type of a full box, its version and its flags. */
const fieldsOf = (bytes: Buffer, type: string): number => {
  const at = bytes.indexOf(type, 0, 'latin1')
  if (at < 0) throw new Error(`the segment has no ${type}`)
  return at + 8
}

function writeTime(bytes: Buffer, type: string, time: number): void {
  const at = fieldsOf(bytes, type)
  if (bytes[at - 4] === 1) bytes.writeBigUInt64BE(BigInt(time), at)
  else bytes.writeUInt32BE(time, at)
}

function timescaleOf(init: Buffer): number {
  const at = fieldsOf(init, 'mdhd')
  return init.readUInt32BE(init[at - 4] === 1 ? at + 16 : at + 8)
}

/** Players pass over a `free` box. */
export function markBox(mark: string): Buffer {
  const box = Buffer.alloc(8 + Buffer.byteLength(mark))
  box.writeUInt32BE(box.length)
  box.write(`free${mark}`, 4)
  return box
}
