/** Boxes by hand, for what no encoder would write. */
export function box(type: string, ...parts: readonly (Buffer | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body])
}

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

export const letters = (text: string): Buffer => Buffer.from(text, 'latin1')

export const many = (count: number, bytes: Buffer): Buffer => Buffer.alloc(count * bytes.length, bytes)

/** A copy whose header says another size. */
export function withSize(bytes: Buffer, size: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt32BE(size)
  return copy
}

/** A copy with a 64-bit size, its own unless another is given. */
export function withLargeSize(bytes: Buffer, size = bytes.length + 8): Buffer {
  const large = u32(Math.floor(size / 2 ** 32), size % 2 ** 32)
  return Buffer.concat([u32(1), bytes.subarray(4, 8), large, bytes.subarray(8)])
}

export const ftyp = box('ftyp', letters('cmfc'), u32(0), letters('iso6cmfc'))
export const styp = (...brands: string[]): Buffer =>
  box('styp', letters(brands[0] ?? 'cmfs'), u32(0), letters(brands.join('')))
export const prft = box('prft', u32(0x0100_0018, 1, 2_208_988_800 + 1_000, 2 ** 31, 0, 90_000))
export const emsg = box('emsg', u32(0x0100_0000, 1, 0, 0, 0, 0), letters('urn:a\0\0'))
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

/** Each field that all of a run's samples have is written. */
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

/** Its defaults are written where given. */
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

/** A moof of ten samples that last 100 each. */
export function moof({ sequence = 1, at = 0, isSync = true, trackId = 1 }: Chunk = {}): Buffer {
  const samples = Array.from({ length: 10 }, () => ({ duration: 100, size: 10 }))
  const run = trun({ samples, firstFlags: isSync ? sync : nonSync })
  const traf = box('traf', tfhd(trackId, { flags: nonSync }), tfdt(at), run)
  return box('moof', box('mfhd', u32(0, sequence)), traf)
}

export const chunk = (facts: Chunk = {}): Buffer => Buffer.concat([moof(facts), mdat])

interface TrackParts {
  readonly handler?: string
  readonly entry?: Buffer
  readonly inUdta?: readonly Buffer[]
  readonly inMdia?: readonly Buffer[]
  readonly trex?: { readonly duration: number; readonly flags: number }
}

/** A header of one track, number 1, with 1000 units a second. */
export function moov({ handler = 'vide', entry = avc1(), inUdta = [], inMdia = [], trex }: TrackParts = {}) {
  const stbl = box('stbl', box('stsd', u32(0, 1), entry))
  const mdia = box('mdia', mdhd, box('hdlr', u32(0, 0), letters(handler)), ...inMdia, box('minf', stbl))
  const trak = box('trak', tkhd, mdia, box('udta', ...inUdta))
  const { duration = 0, flags = 0 } = trex ?? {}
  const mvex = box('mvex', box('trex', u32(0, 1, 1, duration, 0, flags)))
  return box('moov', box('mvhd', Buffer.alloc(100)), trak, mvex)
}

const tkhd = box('tkhd', u32(7, 0, 0, 1), Buffer.alloc(60), u32(640 << 16, 360 << 16))
const mdhd = box('mdhd', u32(0, 0, 0, 1_000, 0), u16(languageBits('deu')), u16(0))

function languageBits(code: string): number {
  return [...code].reduce((bits, letter) => (bits << 5) | (letter.charCodeAt(0) - 0x60), 0)
}

export const visualEntry = (type: string, ...inside: Buffer[]): Buffer =>
  box(type, Buffer.alloc(24), u16(640), u16(360), Buffer.alloc(50), ...inside)

export const audioEntry = (type: string, ...inside: Buffer[]): Buffer =>
  box(type, Buffer.alloc(28), ...inside)

export const avcC = box('avcC', [1, 0x4d, 0x40, 0x1f, 0xff, 0xe0])
export function avc1(...inside: Buffer[]): Buffer {
  return visualEntry('avc1', avcC, ...inside)
}
