import { boxSize } from '@pushav/shared/lib/box-header.ts'

/** Container boxes to descend into: those around the boxes that this file reads and changes. */
const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'mvex', 'moof', 'traf'])

/** Seconds from the epoch of NTP, 1900, to that of Unix. */
const ntpEpochSeconds = 2_208_988_800

interface Box {
  readonly type: string
  readonly start: number
  readonly end: number
}

/** The boxes of ISO BMFF media and the boxes inside of them, outer before inner. Throws where no box can begin. */
function boxesIn(media: Buffer, from = 0, to = media.length): readonly Box[] {
  const found: Box[] = []
  for (let start = from; start < to; ) {
    const size = boxSize(media, start, to - start)
    if (size === null || start + size > to) throw new Error(`no box at byte ${start}`)
    const type = media.toString('latin1', start + 4, start + 8)
    found.push({ type, start, end: start + size })
    if (containers.has(type)) found.push(...boxesIn(media, start + 8, start + size))
    start += size
  }
  return found
}

/** The first box of a type. Throws when there is none. */
function boxOf(media: Buffer, type: string): Box {
  const box = boxesIn(media).find((one) => one.type === type)
  if (!box) throw new Error(`no ${type}`)
  return box
}

/** A copy of media in which `change` has changed the content of a box, which begins after its header of 8 bytes. */
function withBox(media: Buffer, type: string, change: (content: Buffer) => void): Buffer {
  const copy = Buffer.from(media)
  const { start, end } = boxOf(copy, type)
  change(copy.subarray(start + 8, end))
  return copy
}

/** Media without the boxes of a top-level type. */
export function withoutBox(media: Buffer, type: string): Buffer {
  const all = boxesIn(media).filter((box) => box.type === type)
  return all.reduceRight(
    (rest, { start, end }) => Buffer.concat([rest.subarray(0, start), rest.subarray(end)]),
    media,
  )
}

/** Media in which the first box of a type has become `free`, which readers skip. */
export function hideBox(media: Buffer, type: string): Buffer {
  const copy = Buffer.from(media)
  copy.write('free', boxOf(copy, type).start + 4, 'latin1')
  return copy
}

/** Decode time of a segment, in units of its track. ffmpeg writes tfdt in version 1, with 64 bits. */
export const decodeTimeOf = (segment: Buffer): bigint =>
  segment.readBigUInt64BE(boxOf(segment, 'tfdt').start + 12)

export const withDecodeTime = (segment: Buffer, time: bigint): Buffer =>
  withBox(segment, 'tfdt', (tfdt) => void tfdt.writeBigUInt64BE(time, 4))

export const withSequenceNumber = (segment: Buffer, number: number): Buffer =>
  withBox(segment, 'mfhd', (mfhd) => void mfhd.writeUInt32BE(number, 4))

export const withTrackId = (segment: Buffer, id: number): Buffer =>
  withBox(segment, 'tfhd', (tfhd) => void tfhd.writeUInt32BE(id, 4))

/** A segment whose first sample is not a sync sample. Throws when its trun has no flags for each sample. */
export const withoutKeyFrame = (segment: Buffer): Buffer =>
  withBox(segment, 'trun', (trun) => {
    const flags = trun.readUInt32BE(0)
    const hasField = (bit: number) => (flags & bit) !== 0
    if (!hasField(0x400)) throw new Error('trun has no flags for each sample')
    const before = [0x001, 0x004, 0x100, 0x200].filter(hasField).length
    trun.writeUInt32BE(0x0101_0000, 8 + 4 * before)
  })

/** Timescale of the track of an init segment, in units a second. */
export function timescaleOf(init: Buffer): number {
  const { start } = boxOf(init, 'mdhd')
  const isLong = init[start + 8] === 1
  return init.readUInt32BE(start + (isLong ? 28 : 20))
}

/** The codec of an H.264 init segment as RFC 6381 writes it, such as `avc1.42c01e`. */
export function avcCodecOf(init: Buffer): string {
  const at = init.indexOf('avcC')
  if (at < 0) throw new Error('no avcC')
  return `avc1.${init.toString('hex', at + 5, at + 8)}`
}

/** A segment with a prft box before its moof: when its first sample was made (ISO/IEC 14496-12, 8.16.5). */
export function withProducerTime(segment: Buffer, made: Date): Buffer {
  const prft = Buffer.alloc(32)
  prft.writeUInt32BE(prft.length, 0)
  prft.write('prft', 4, 'latin1')
  prft.writeUInt32BE(0x0100_0018, 8)
  prft.writeUInt32BE(1, 12)
  const milliseconds = made.getTime()
  prft.writeUInt32BE(Math.floor(milliseconds / 1_000) + ntpEpochSeconds, 16)
  prft.writeUInt32BE(Math.floor(((milliseconds % 1_000) / 1_000) * 2 ** 32), 20)
  prft.writeBigUInt64BE(decodeTimeOf(segment), 24)
  const { start } = boxOf(segment, 'moof')
  return Buffer.concat([segment.subarray(0, start), prft, segment.subarray(start)])
}
