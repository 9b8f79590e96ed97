import type { IngestInterface } from '../streams/stream.ts'
import { isInitName } from '../uploads/object-path.ts'
import { extensionOf, freeTrackName } from './tracks/track-names.ts'

/** What the path of an object names, without a look at its bytes. */
export interface ObjectName {
  /** The session number in the path without leading zeros, else `none`. */
  readonly session: string
  /** The track, unique within its session; null for what belongs to no track. */
  readonly track: string | null
  /** Null where the path leaves it open, and the bytes decide. */
  readonly kind: 'mpd' | 'multivariant' | 'playlist' | 'init' | 'segment' | null
  /** The segment's number, where the form of the path has one. */
  readonly number: number | null
  readonly padded: boolean
  /** Matter's layout, exactly. */
  readonly isMatter: boolean
  /** Init segment and all segments of a track go to this one path (DASH-IF Interface-1). */
  readonly isTrackUrl: boolean
  /** The path has no form of a standard: `track` is a guess by its words, see `track-identity.ts`. */
  readonly isFree: boolean
}

export const noSession = 'none'

/** K of a track's first segment, as Matter numbers them. */
export const firstSegmentNumber = 1_001

/** The session that a path names: its number, else `none`. */
export const sessionIn = (path: string): string => splitSession(path).session

/** A path without the folder that names its session. */
export const pathInSession = (path: string): string => splitSession(path).rest

/** Parses a path below its stream. dash and hls have Matter's layout; cmaf-ingest has any names. */
export function parseObjectName(ingest: IngestInterface, path: string): ObjectName {
  const { session, padded, rest } = splitSession(path)
  const matter = session === noSession ? null : matterName(rest)
  if (matter)
    return { ...plain, session, isMatter: true, ...matter, padded: padded || matter.padded === true }
  if (ingest !== 'cmaf-ingest') return { ...plain, session, padded }
  const dashIf = dashIfName(rest)
  return dashIf ? { ...plain, session, padded, ...dashIf } : freeName(rest, session, padded)
}

const plain: ObjectName = {
  session: noSession,
  track: null,
  kind: null,
  number: null,
  padded: false,
  isMatter: false,
  isTrackUrl: false,
  isFree: false,
}

const sessionPath = /^session_(\d{1,20})\/(.+)$/

function splitSession(path: string): Pick<ObjectName, 'session' | 'padded'> & { readonly rest: string } {
  const [, digits, rest] = (path.startsWith('session_') && sessionPath.exec(path)) || []
  if (digits === undefined || rest === undefined) return { session: noSession, padded: false, rest: path }
  const session = BigInt(digits).toString()
  return { session, padded: session !== digits, rest }
}

function matterName(rest: string): Partial<ObjectName> | null {
  if (rest === 'index.mpd') return { kind: 'mpd' }
  if (rest === 'index.m3u8') return { kind: 'multivariant' }
  const [, track, file] = /^([^/]+)\/([^/]+)$/.exec(rest) ?? []
  if (track === undefined || file === undefined) return null
  if (file === 'index.m3u8') return { kind: 'playlist', track }
  if (file.endsWith('.init') && file !== '.init') return { kind: 'init', track }
  const [, digits] = /^segment_(\d{1,15})\.m4s$/.exec(file) ?? []
  if (digits === undefined) return null
  return { kind: 'segment', track, number: Number(digits), padded: /^0\d/.test(digits) }
}

/**
 * `Streams(video.cmfv)`, `Switching(set)/Streams(video)`, `Streams(video.cmfv)/Segment(7)`; 6.2-9 and 6.4-2.
 */
function dashIfName(rest: string): Partial<ObjectName> | null {
  if (!rest.includes('(')) return null
  const [, before = '', name, after] =
    /^(.*?)(?:Switching\([^()/]+\)\/)?Streams\(([^()/]+)\)(?:\/([^/]+))?$/i.exec(rest) ?? []
  if (name === undefined) return null
  const track = before + name.replace(/\.[^.]+$/, '')
  if (after === undefined) return { track, isTrackUrl: true }
  if (/^InitializationSegment\b/i.test(after)) return { track, kind: 'init' }
  const [, digits] = /^Segment\((\d{1,15})\)/i.exec(after) ?? []
  return { track, kind: digits === undefined ? null : 'segment', number: digits ? Number(digits) : null }
}

function freeName(rest: string, session: string, padded: boolean): ObjectName {
  const extension = extensionOf(rest)
  if (extension === 'mpd') return { ...plain, session, padded, kind: 'mpd' }
  if (extension === 'm3u8') return { ...plain, session, padded, kind: 'playlist' }
  return { ...plain, session, padded, track: freeTrackName(rest, !isInitName(rest)), isFree: true }
}
