import { bodyOf, boxOf, findBox, headerSizeOf } from './raw-boxes.ts'

/** A track of an export: its init segment, and what moves in it. */
export interface ExportTrack {
  readonly init: Buffer
  /** Id in the export, from 1. */
  readonly trackId: number
}

/**
 * One ftyp and moov for several tracks (ISO/IEC 14496-12, 8.2): the first init segment's mvhd, each one's trak and
 * trex with a track id of its own. With a duration, in seconds, there is an mehd, so that players need not guess it.
 * Null when an init segment lacks one of these boxes.
 */
export function joinedHeader(tracks: readonly ExportTrack[], seconds: number | null): Buffer | null {
  const parts = tracks.map(({ init, trackId }) => partsOf(init, trackId))
  const known = parts.filter((part) => part !== null)
  const [first] = known
  if (!first || known.length < parts.length) return null
  const mvhd = withNextTrackId(first.mvhd, tracks.length + 1)
  const mehd = seconds === null ? [] : [mehdOf(Math.round(seconds * timescaleOf(mvhd)))]
  const mvex = boxOf('mvex', ...mehd, ...known.map(({ trex }) => trex))
  return Buffer.concat([ftyp, boxOf('moov', mvhd, ...known.map(({ trak }) => trak), mvex)])
}

const brands = ['iso6', '\0\0\0\0', 'iso6', 'mp41', 'cmfc']
const ftyp = boxOf('ftyp', Buffer.from(brands.join(''), 'latin1'))

interface HeaderParts {
  readonly mvhd: Buffer
  readonly trak: Buffer
  readonly trex: Buffer
}

function partsOf(init: Buffer, trackId: number): HeaderParts | null {
  const moov = findBox(init, 'moov')
  const mvhd = moov && findBox(bodyOf(moov), 'mvhd')
  const trak = moov && findBox(bodyOf(moov), 'trak')
  const mvex = moov && findBox(bodyOf(moov), 'mvex')
  const trex = mvex && findBox(bodyOf(mvex), 'trex')
  const tkhd = trak && findBox(bodyOf(trak), 'tkhd')
  if (!mvhd || !trak || !trex || !tkhd || bodyOf(mvhd).length < 100) return null
  if (bodyOf(trex).length < 8 || bodyOf(tkhd).length < 24) return null
  const copy = Buffer.from(trak)
  const head = tkhd.byteOffset - trak.byteOffset + headerSizeOf(tkhd)
  // Version 1 has times of 64 bits before the track id.
  copy.writeUInt32BE(trackId, head + (copy[head] === 1 ? 20 : 12))
  const trexCopy = Buffer.from(trex)
  trexCopy.writeUInt32BE(trackId, headerSizeOf(trex) + 4)
  return { mvhd, trak: copy, trex: trexCopy }
}

/** The last field of mvhd. */
function withNextTrackId(mvhd: Buffer, id: number): Buffer {
  const copy = Buffer.from(mvhd)
  copy.writeUInt32BE(id, copy.length - 4)
  return copy
}

function timescaleOf(mvhd: Buffer): number {
  const body = bodyOf(mvhd)
  return body.readUInt32BE(body[0] === 1 ? 20 : 12)
}

function mehdOf(duration: number): Buffer {
  const body = Buffer.alloc(12)
  body.writeUInt32BE(0x0100_0000)
  body.writeBigUInt64BE(BigInt(Math.min(duration, Number.MAX_SAFE_INTEGER)), 4)
  return boxOf('mehd', body)
}
