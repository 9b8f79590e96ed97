/** MP4 boxes (ISO/IEC 14496-12) made field by field, for media that no encoder would write. */
export function box(type: string, ...parts: readonly (Buffer | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body])
}

export const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

export const letters = (text: string): Buffer => Buffer.from(text, 'latin1')

export const many = (count: number, bytes: Buffer): Buffer => Buffer.alloc(count * bytes.length, bytes)

/** A copy of a box whose header claims `size` bytes, whatever its length. */
export function withSize(bytes: Buffer, size: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt32BE(size)
  return copy
}

/** A copy of a box with a 64-bit size in its header: its true length by default. */
export function withLargeSize(bytes: Buffer, size = bytes.length + 8): Buffer {
  const large = u32(Math.floor(size / 2 ** 32), size % 2 ** 32)
  return Buffer.concat([u32(1), bytes.subarray(4, 8), large, bytes.subarray(8)])
}

export const ftyp = box('ftyp', letters('cmfc'), u32(0), letters('iso6cmfc'))
export const styp = (...brands: string[]): Buffer =>
  box('styp', letters(brands[0] ?? 'cmfs'), u32(0), letters(brands.join('')))
export const prft = box('prft', u32(0x0100_0018, 1, 2_208_988_800 + 1_000, 2 ** 31, 0, 90_000))
export const emsg = box('emsg', u32(0x0100_0000, 1, 0, 0, 0, 0), letters('urn:a\0\0'))
interface Index {
  /** Bytes and duration of each subsegment. */
  readonly references: readonly (readonly [bytes: number, duration: number])[]
  readonly start?: number
  readonly timescale?: number
  readonly trackId?: number
  readonly firstOffset?: number
}

/** A segment index; by default of track 1 with 1000 units a second. */
export function sidx({
  references,
  start = 0,
  timescale = 1_000,
  trackId = 1,
  firstOffset = 0,
}: Index): Buffer {
  const times = [Math.floor(start / 2 ** 32), start % 2 ** 32, 0, firstOffset]
  const entries = references.flatMap(([bytes, duration]) => [bytes, duration, 0x9000_0000])
  return box('sidx', u32(0x0100_0000, trackId, timescale, ...times, references.length, ...entries))
}

export const mdat = box('mdat', Buffer.alloc(100, 7))
export const mfra = box('mfra')

interface Sample {
  readonly duration?: number
  readonly size?: number
  readonly flags?: number
}

interface Run {
  readonly samples: readonly Sample[]
  readonly firstFlags?: number
}

/** A track run. Writes a field for each sample if all samples of the run have it, else omits it. */
export function trun({ samples, firstFlags }: Run): Buffer {
  const fields = (['duration', 'size', 'flags'] as const).filter((field) =>
    samples.every((sample) => sample[field] !== undefined),
  )
  const bits = { duration: 0x100, size: 0x200, flags: 0x400 }
  const flags = fields.reduce((sum, field) => sum | bits[field], firstFlags === undefined ? 0x1 : 0x5)
  const first = firstFlags === undefined ? [] : [firstFlags]
  const written = samples.flatMap((sample) => fields.map((field) => sample[field] ?? 0))
  return box('trun', u32(flags, samples.length, 0, ...first, ...written))
}

export const tfdt = (decodeTime: number): Buffer =>
  box('tfdt', u32(0x0100_0000, Math.floor(decodeTime / 2 ** 32), decodeTime % 2 ** 32))

/** A track fragment header with the given defaults of its samples. */
export function tfhd(trackId: number, { duration, flags }: Sample = {}): Buffer {
  const bits = 0x2_0000 | (duration === undefined ? 0 : 0x8) | (flags === undefined ? 0 : 0x20)
  return box('tfhd', u32(bits, trackId, ...[duration, flags].filter((value) => value !== undefined)))
}

export const sync = 0x0200_0000
export const nonSync = 0x0101_0000

export interface Chunk {
  readonly sequence?: number
  readonly at?: number
  readonly isSync?: boolean
  readonly trackId?: number
}

/**
 * A copy of a moof whose data offsets are set: its runs lie one after the other in the mdat that follows, whose header
 * has `mdatHeader` bytes.
 */
export function located(moof: Buffer, mdatHeader = 8): Buffer {
  const copy = Buffer.from(moof)
  let offset = moof.length + mdatHeader
  for (const traf of boxesIn(copy, 8, 'traf')) {
    const [tfhd] = boxesIn(traf, 8, 'tfhd')
    for (const trun of boxesIn(traf, 8, 'trun')) {
      if (trun.readUIntBE(9, 3) & 0x1) trun.writeInt32BE(offset, 16)
      offset += sizesIn(trun, tfhd).reduce((sum, size) => sum + size, 0)
    }
  }
  return copy
}

/** A moof followed by an mdat with all its samples and 100 more bytes. */
export function fragment(moof: Buffer): Buffer {
  const bytes = boxesIn(moof, 8, 'traf').reduce((sum, traf) => {
    const [tfhd] = boxesIn(traf, 8, 'tfhd')
    const sizes = boxesIn(traf, 8, 'trun').flatMap((trun) => sizesIn(trun, tfhd))
    return sizes.reduce((all, size) => all + size, sum)
  }, 0)
  return Buffer.concat([located(moof), box('mdat', Buffer.alloc(bytes + 100, 7))])
}

/** The children of a type in a box, as views of the same memory. Assumes that all children have 32-bit sizes. */
function boxesIn(parent: Buffer, from: number, type: string): Buffer[] {
  const found: Buffer[] = []
  for (let at = from; at + 8 <= parent.length; at += Math.max(8, parent.readUInt32BE(at))) {
    const one = parent.subarray(at, at + parent.readUInt32BE(at))
    if (one.toString('latin1', 4, 8) === type) found.push(one)
  }
  return found
}

/** The sizes of a run's samples in bytes, from its trun or its tfhd; 0 when only trex has them. */
function sizesIn(trun: Buffer, tfhd: Buffer | undefined): readonly number[] {
  const flags = trun.readUIntBE(9, 3)
  const fields = [0x100, 0x200, 0x400, 0x800].filter((bit) => flags & bit)
  const first = 16 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0)
  if (!(flags & 0x200)) return [trun.readUInt32BE(12) * defaultSizeIn(tfhd)]
  return Array.from({ length: trun.readUInt32BE(12) }, (_, nth) =>
    trun.readUInt32BE(first + 4 * (nth * fields.length + fields.indexOf(0x200))),
  )
}

function defaultSizeIn(tfhd: Buffer | undefined): number {
  const flags = tfhd?.readUIntBE(9, 3) ?? 0
  if (!tfhd || !(flags & 0x10)) return 0
  return tfhd.readUInt32BE(16 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0) + (flags & 0x8 ? 4 : 0))
}

/** A moof of ten samples with 100 units and 10 bytes each. Its samples lie in an mdat like `mdat` after it. */
export function moof({ sequence = 1, at = 0, isSync = true, trackId = 1 }: Chunk = {}): Buffer {
  const samples = Array.from({ length: 10 }, () => ({ duration: 100, size: 10 }))
  const run = trun({ samples, firstFlags: isSync ? sync : nonSync })
  const traf = box('traf', tfhd(trackId, { flags: nonSync }), tfdt(at), run)
  return located(box('moof', box('mfhd', u32(0, sequence)), traf))
}

export const chunk = (facts: Chunk = {}): Buffer => Buffer.concat([moof(facts), mdat])

interface TrackParts {
  readonly handler?: string
  readonly entry?: Buffer
  readonly inUdta?: readonly Buffer[]
  readonly inMdia?: readonly Buffer[]
  readonly trex?: { readonly duration?: number; readonly size?: number; readonly flags?: number }
}

/** A movie header with track 1 alone, which has 1000 units a second. */
export function moov({ handler = 'vide', entry = avc1(), inUdta = [], inMdia = [], trex }: TrackParts = {}) {
  const stbl = box('stbl', box('stsd', u32(0, countOf(entry)), entry))
  const mdia = box('mdia', mdhd, box('hdlr', u32(0, 0), letters(handler)), ...inMdia, box('minf', stbl))
  const trak = box('trak', tkhd, mdia, box('udta', ...inUdta))
  const { duration = 0, size = 0, flags = 0 } = trex ?? {}
  const mvex = box('mvex', box('trex', u32(0, 1, 1, duration, size, flags)))
  return box('moov', box('mvhd', Buffer.alloc(100)), trak, mvex)
}

/** Counts the boxes in a sequence. Returns 1 for bytes that are no box, so that stsd has an entry. */
function countOf(bytes: Buffer): number {
  let count = 0
  for (let at = 0; at + 8 <= bytes.length; at += Math.max(8, bytes.readUInt32BE(at))) count++
  return Math.max(1, count)
}

const tkhd = box('tkhd', u32(7, 0, 0, 1), Buffer.alloc(60), u32(640 << 16, 360 << 16))
const mdhd = box('mdhd', u32(0, 0, 0, 1_000, 0), u16(languageBits('deu')), u16(0))

function languageBits(code: string): number {
  return [...code].reduce((bits, letter) => (bits << 5) | (letter.charCodeAt(0) - 0x60), 0)
}

export const visualEntry = (type: string, ...inside: Buffer[]): Buffer =>
  box(type, Buffer.alloc(24), u16(640), u16(360), Buffer.alloc(50), ...inside)

/** The sinf box that marks an avc1 entry as encrypted by a scheme of ISO/IEC 23001-7, such as `cenc`. */
export const protection = (scheme: string, ...inside: Buffer[]): Buffer =>
  box('sinf', box('frma', letters('avc1')), box('schm', u32(0), letters(scheme), u32(0x1_0000)), ...inside)

/** A tenc box in its schi. `ivSize` is in bytes; `constant` is empty or the size and bytes of a constant vector. */
export const tenc = (isProtected = 1, ivSize = 8, constant: readonly number[] = []): Buffer =>
  box('schi', box('tenc', u32(0), [0, 0, isProtected, ivSize], Buffer.alloc(16), constant))

export const audioEntry = (type: string, ...inside: Buffer[]): Buffer =>
  box(type, Buffer.alloc(28), ...inside)

/** A NAL unit after its 16-bit length, as in avcC and hvcC. */
const unit = (...bytes: number[]): number[] => [0, bytes.length, ...bytes]

/** An avcC box with one SPS and one PPS. `profile` is the profile, the constraint flags and the level. */
export const avcConfiguration = (...profile: readonly [number, number, number]): Buffer =>
  box('avcC', [1, ...profile, 0xff, 0xe1, ...unit(0x67, ...profile), 1, ...unit(0x68, 0xce)])

export const avcC = avcConfiguration(0x4d, 0x40, 0x1f)

/** An hvcC box with one VPS, SPS and PPS each. `start` are its first 13 bytes. */
export const hevcConfiguration = (...start: readonly number[]): Buffer => {
  const sets = [32, 33, 34].flatMap((type) => [0x80 | type, 0, 1, ...unit(type << 1, 1)])
  return box('hvcC', start, Buffer.alloc(9), [3], sets)
}

export const hvcC = hevcConfiguration(1, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93)

/** An esds box with an object type and the bytes of an AudioSpecificConfig, which is omitted when there are none. */
export function esds(objectType = 0x40, ...specific: readonly number[]): Buffer {
  const inside = specific.length > 0 ? [5, 0x80, 0x80, specific.length, ...specific] : []
  const config = [objectType, ...Buffer.alloc(12), ...inside]
  return box('esds', u32(0), [3, 5 + config.length, 0, 1, 0, 4, config.length, ...config])
}

/** VP9 of profile 0, level 1.0, 8 bits. */
export const vpcC = box('vpcC', u32(0x0100_0000), [0, 10, 0x82, 1, 1, 1, 0, 0])

/** AAC-LC, 44.1 kHz, two channels. */
export const aac = esds(0x40, 0x12, 0x10)

export function avc1(...inside: Buffer[]): Buffer {
  return visualEntry('avc1', avcC, ...inside)
}
