import { fourCc } from '../media/isobmff/box.ts'
import { bodyOf, boxesIn, headerSizeOf } from './raw-boxes.ts'

interface SegmentNumbers {
  readonly trackId: number
  /** The sequence number of the first moof. */
  readonly sequence: number
  /** Taken off each decode time, in units of the track's timescale. */
  readonly originTime: bigint
  /** Where the segment begins in the file that it goes into. */
  readonly at: number
}

/** Boxes that make sense only where the segment was. */
const framing = ['styp', 'sidx', 'ssix', 'prft', 'emsg']

/**
 * Changes a segment in place, so that it can follow others in one file: track id, sequence numbers and decode times are
 * written anew, and framing becomes `free`. Its length stays. Returns the sequence number after its last moof.
 */
export function renumberSegment(segment: Buffer, numbers: SegmentNumbers): number {
  let { sequence } = numbers
  for (const box of boxesIn(segment)) {
    const type = fourCc(box, 4)
    if (framing.includes(type)) box.write('free', 4, 'latin1')
    if (type !== 'moof') continue
    renumberMoof(box, sequence, numbers)
    sequence += 1
  }
  return sequence
}

function renumberMoof(moof: Buffer, sequence: number, numbers: SegmentNumbers): void {
  for (const box of boxesIn(bodyOf(moof))) {
    const type = fourCc(box, 4)
    if (type === 'mfhd' && box.length >= 16) box.writeUInt32BE(sequence, headerSizeOf(box) + 4)
    if (type === 'traf') for (const inner of boxesIn(bodyOf(box))) renumberInTraf(inner, numbers)
  }
}

function renumberInTraf(box: Buffer, { trackId, originTime, at }: SegmentNumbers): void {
  const body = bodyOf(box)
  const type = fourCc(box, 4)
  if (type === 'tfhd' && body.length >= 8) {
    body.writeUInt32BE(trackId, 4)
    // base-data-offset counts from the start of the file; a device may send one near 2^64.
    if ((body[3] ?? 0) & 1 && body.length >= 16)
      body.writeBigUInt64BE(BigInt.asUintN(64, body.readBigUInt64BE(8) + BigInt(at)), 8)
  }
  if (type !== 'tfdt' || body.length < (body[0] === 1 ? 12 : 8)) return
  if (body[0] === 1) body.writeBigUInt64BE(atLeastZero(body.readBigUInt64BE(4) - originTime), 4)
  else body.writeUInt32BE(Number(atLeastZero(BigInt(body.readUInt32BE(4)) - originTime)), 4)
}

const atLeastZero = (value: bigint): bigint => (value > 0n ? value : 0n)
