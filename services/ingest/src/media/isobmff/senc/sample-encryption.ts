import { assertHolds, type Box, flagsOf, walkBoxes } from '../box.ts'
import { trunFieldAt, trunSamplesAt, trunStride } from '../trun-fields.ts'

/** The boxes of a traf that say how its samples are encrypted (ISO/IEC 23001-7, 7). */
export interface EncryptionBoxes {
  senc?: Box
  saiz?: Box
  saio?: Box
  /** The traf has senc in its older form, a uuid box. */
  hasOlderForm?: true
  /** An sbgp of type seig is there: it may say something else for a group of samples. */
  hasGroups?: true
}

/** The boxes on encryption of a traf after one more of its boxes; unchanged by boxes on anything else. */
export function addEncryptionBox(boxes: EncryptionBoxes | null, box: Box): EncryptionBoxes | null {
  const { type, body } = box
  if (type === 'senc') return { senc: box, ...boxes }
  if (type === 'saiz' || type === 'saio') return isOfEncryption(box) ? { [type]: box, ...boxes } : boxes
  if (type === 'sbgp') return body.toString('latin1', 4, 8) === 'seig' ? { ...boxes, hasGroups: true } : boxes
  const isOlderForm = type === 'uuid' && body.toString('hex', 0, 16) === olderForm
  return isOlderForm ? { ...boxes, hasOlderForm: true } : boxes
}

const olderForm = 'a2394f525a9b4f14a2446c427c648df4'

/** Whether the boxes say for each sample how it is encrypted, or leave that to its group. */
export const hasInformation = (boxes: EncryptionBoxes): boolean =>
  boxes.senc !== undefined || boxes.saiz !== undefined || Boolean(boxes.hasOlderForm ?? boxes.hasGroups)

/** The type of the information may be absent, else it is the scheme (ISO/IEC 23001-7, 7.1). */
function isOfEncryption(box: Box): boolean {
  return !hasType(box) || /^(cenc|cens|cbc1|cbcs|piff)$/.test(box.body.toString('latin1', 4, 8))
}

const hasType = (box: Box): boolean => box.body.length >= 12 && (flagsOf(box) & 0x1) !== 0

/** The traf that the boxes are in. */
interface EncryptedTraf {
  readonly traf: Box
  readonly samples: number
  readonly runs: number
  /** Default size of a sample, bytes; null where it is left to trex. */
  readonly defaultSize: number | null
  /** First byte of what saio counts from, or two that may be; null where that is not known. */
  readonly bases: readonly number[] | null
}

/** What the boxes on the encryption of a traf's samples say. */
export interface SampleEncryption {
  /** What is wrong, in words; null for nothing. */
  readonly fault: string | null
  /** Sizes of an initialization vector, bytes, with which senc can be read; null without senc. */
  readonly ivSizes: readonly number[] | null
}

/**
 * Checks that the information on encrypted samples fits the samples (ISO/IEC 23001-7, 7.1 and 7.2; ISO/IEC
 * 14496-12, 8.7.8 and 8.7.9).
 */
export function checkSampleEncryption(boxes: EncryptionBoxes, traf: EncryptedTraf): SampleEncryption {
  const { senc, hasGroups } = boxes
  const count = senc ? countIn(senc, 4) : null
  const ivSizes = senc && count === traf.samples ? ivSizesOf(senc, traf) : null
  if (count !== null && count !== traf.samples)
    return {
      fault: `expected senc of ${traf.samples} samples as trun has, received one of ${count}`,
      ivSizes,
    }
  if (ivSizes?.length === 0)
    return {
      fault: 'expected senc whose vectors and subsamples fill it and its samples, received other sizes',
      ivSizes: null,
    }
  return { fault: sizesFault(boxes, traf) ?? offsetsFault(boxes, traf), ivSizes: hasGroups ? null : ivSizes }
}

function countIn(box: Box, at: number): number {
  assertHolds(box, at + 4)
  return box.body.readUInt32BE(at)
}

function ivSizesOf(senc: Box, traf: EncryptedTraf): readonly number[] {
  const { body } = senc
  const { samples } = traf
  if ((flagsOf(senc) & 0x2) === 0) return knownIvSizes.filter((size) => body.length === 8 + samples * size)
  if (body.length < 8 + 2 * samples) return []
  const sizes = sampleSizesIn(traf)
  return knownIvSizes.filter((size) => fits(body, size, samples, sizes))
}

/** 0: all samples have the constant vector of tenc. */
const knownIvSizes = [0, 8, 16] as const

/** Whether senc has vectors of a size and subsamples that are as long as their samples. */
function fits(body: Buffer, ivSize: number, samples: number, sizes: readonly number[] | null): boolean {
  let at = 8
  for (let nth = 0; nth < samples; nth++) {
    at += ivSize
    if (at + 2 > body.length) return false
    const end = at + 2 + 6 * body.readUInt16BE(at)
    if (end > body.length) return false
    let bytes = 0
    for (let part = at + 2; part < end; part += 6)
      bytes += body.readUInt16BE(part) + body.readUInt32BE(part + 2)
    // Without subsamples all of the sample is encrypted.
    if (sizes && end > at + 2 && sizes[nth] !== bytes) return false
    at = end
  }
  return at === body.length
}

/** Sizes of the samples; null where some are left to trex. */
function sampleSizesIn({ traf, defaultSize }: EncryptedTraf): readonly number[] | null {
  const sizes: number[] = []
  let areKnown = true
  const visit = (trun: Box) => {
    if (trun.type !== 'trun') return
    const flags = flagsOf(trun)
    const count = trun.body.readUInt32BE(4)
    const first = trunSamplesAt(flags) + trunFieldAt(flags, 0x200)
    const stride = trunStride(flags)
    const isWritten = (flags & 0x200) !== 0
    areKnown &&= isWritten || defaultSize !== null
    for (let nth = 0; areKnown && nth < count; nth++)
      sizes.push(isWritten ? trun.body.readUInt32BE(first + stride * nth) : (defaultSize ?? 0))
  }
  walkBoxes(traf, 0, visit, () => true)
  return areKnown ? sizes : null
}

function sizesFault({ saiz, saio, senc, hasGroups }: EncryptionBoxes, traf: EncryptedTraf): string | null {
  if (!saiz && !saio) return null
  if (!saiz || !saio) return `expected saiz and saio together, received only ${saiz ? 'saiz' : 'saio'}`
  const at = hasType(saiz) ? 12 : 4
  const count = countIn(saiz, at + 1)
  const size = saiz.body[at] ?? 0
  if (count > traf.samples || (count < traf.samples && !hasGroups))
    return `expected saiz of ${traf.samples} samples as trun has, received one of ${count}`
  if (size === 0) assertHolds(saiz, at + 5 + count)
  const bytes = size > 0 ? size * count : sumOf(saiz.body.subarray(at + 5, at + 5 + count))
  const written = senc ? senc.body.length - 8 : bytes
  return bytes === written
    ? null
    : `expected saiz of the ${written} bytes that senc has, received sizes of ${bytes} bytes`
}

const sumOf = (bytes: Buffer): number => bytes.reduce((sum, byte) => sum + byte, 0)

function offsetsFault({ saio, senc }: EncryptionBoxes, { runs, bases }: EncryptedTraf): string | null {
  if (!saio) return null
  const at = hasType(saio) ? 12 : 4
  const count = countIn(saio, at)
  if (count !== 1 && count !== runs)
    return `expected saio with one offset or ${runs}, one for each trun, received ${count}`
  const isLong = saio.body[0] !== 0
  assertHolds(saio, at + 4 + count * (isLong ? 8 : 4))
  if (!senc || !bases || count === 0) return null
  const offset = isLong ? Number(saio.body.readBigInt64BE(at + 4)) : saio.body.readUInt32BE(at + 4)
  const target = senc.offset + 8
  if (bases.some((base) => base + offset === target)) return null
  return `expected offset ${target - (bases[0] ?? 0)} in saio, where senc has its first vector, received ${offset}`
}
