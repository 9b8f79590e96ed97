import { boxSize } from '@pushav/shared/lib/box-header.ts'
import { fourCc } from '../media/isobmff/box.ts'

/** A track of an export: its init segment, and what moves in it. */
export interface ExportTrack {
  readonly init: Buffer
  /** Id in the export, from 1. */
  readonly trackId: number
}

/**
 * One ftyp and moov for several tracks (ISO/IEC 14496-12, 8.2): the first init segment's mvhd, each one's trak and trex
 * with a track id of its own. With a duration, in seconds, there is an mehd, so that players need not guess it. Null when
 * an init segment lacks one of these boxes.
 */
export function joinedHeader(tracks: readonly ExportTrack[], seconds: number | null): Buffer | null {
  const parts = tracks.map(({ init, trackId }) => partsOf(init, trackId))
  const known = parts.filter((part) => part !== null)
  const [first] = known
  if (!first || known.length < parts.length) return null
  const mvhd = withNextTrackId(first.mvhd, tracks.length + 1)
  const mehd = seconds === null ? [] : [mehdOf(Math.round(seconds * timescaleOf(mvhd)))]
  const mvex = box('mvex', ...mehd, ...known.map(({ trex }) => trex))
  return Buffer.concat([ftyp, box('moov', mvhd, ...known.map(({ trak }) => trak), mvex)])
}

const brands = ['iso6', '\0\0\0\0', 'iso6', 'mp41', 'cmfc']
const ftyp = box('ftyp', Buffer.from(brands.join(''), 'latin1'))

interface HeaderParts {
  readonly mvhd: Buffer
  readonly trak: Buffer
  readonly trex: Buffer
}

function partsOf(init: Buffer, trackId: number): HeaderParts | null {
  const moov = find(init, 'moov')
  const mvhd = moov && find(bodyOf(moov), 'mvhd')
  const trak = moov && find(bodyOf(moov), 'trak')
  const mvex = moov && find(bodyOf(moov), 'mvex')
  const trex = mvex && find(bodyOf(mvex), 'trex')
  const tkhd = trak && find(bodyOf(trak), 'tkhd')
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
  return box('mehd', body)
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + parts.reduce((sum, { length }) => sum + length, 0))
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, ...parts])
}

/** The first box of a type among those that follow each other, header included; null for none. */
export function find(bytes: Buffer, type: string): Buffer | null {
  for (const one of boxesIn(bytes)) if (fourCc(one, 4) === type) return one
  return null
}

/** Boxes that follow each other, each with its header, sharing memory with `bytes`; up to the first that is none. */
export function* boxesIn(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = boxSize(bytes, at, bytes.length - at)
    if (size === null || at + size > bytes.length) return
    yield bytes.subarray(at, at + size)
    at += size
  }
}

export const headerSizeOf = (one: Buffer): number => (one.readUInt32BE(0) === 1 ? 16 : 8)
export const bodyOf = (one: Buffer): Buffer => one.subarray(headerSizeOf(one))
