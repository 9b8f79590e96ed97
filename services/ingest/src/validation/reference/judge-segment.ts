import { excerpt } from '../finding.ts'
import type { ReferenceFault, ReferenceSession, ReferenceStream, ReferenceTrack } from './reference-state.ts'
import {
  checkReferenceTrackName,
  type ReferenceStep,
  type RoutedUpload,
  referenceTrackIn,
  withReferenceSession,
  withReferenceTrack,
} from './reference-step.ts'

const segmentPath = /^session_(\d+)\/([^/]+)\/segment_(\d+)\n?$/
const initPath = /^session_(\d+)\/([^/]+)\/([^/]+)$/

interface Place {
  readonly session: bigint
  readonly track: string
  /** The number of a segment; null for an init segment. */
  readonly number: bigint | null
  /** The name of an init segment without its extension. */
  readonly name: string
}

/** An init segment or a segment: counted into the session that is open, right or wrong. */
export function judgeReferenceSegment(
  start: ReferenceStep,
  stream: ReferenceStream,
  upload: RoutedUpload,
): ReferenceStep {
  const counted = start.session && { ...start.session, segmentCount: start.session.segmentCount + 1 }
  const faults: ReferenceFault[] = counted ? [] : [...withoutSession(stream, upload)]
  const place = placeOf(upload)
  if (!place) {
    const expected = 'session_<N>/<track>/<track>.init or session_<N>/<track>/segment_<K>.m4s'
    faults.push(fault('object-path', `expected ${expected}, received ${excerpt(upload.path)}`))
    return { ...(counted ? withReferenceSession(start, counted) : start), faults }
  }
  faults.push(...checkReferenceTrackName(stream, place.track))
  const judged = counted && judgeInTrack(stream, counted, place)
  if (judged) faults.push(...judged.faults)
  if (stream.interface === 'hls' && place.number !== null) faults.push(...extinfFaults(upload.extinf))
  return { ...(judged ? withReferenceSession(start, judged.session) : start), faults }
}

function withoutSession(
  { interface: ingest }: ReferenceStream,
  { path }: RoutedUpload,
): readonly ReferenceFault[] {
  if (ingest === 'cmaf-ingest') return []
  const [code, manifest] =
    ingest === 'dash'
      ? (['segment-before-mpd', 'an MPD'] as const)
      : (['segment-before-multivariant', 'a multivariant playlist'] as const)
  return [fault(code, `expected ${manifest} before ${excerpt(path)}, no session is open`)]
}

function placeOf({ extension, stem }: RoutedUpload): Place | null {
  const found = (extension === 'm4s' ? segmentPath : initPath).exec(stem)
  if (!found) return null
  const [, session = '', track = '', last = ''] = found
  return { session: BigInt(session), track, number: extension === 'm4s' ? BigInt(last) : null, name: last }
}

function judgeInTrack(stream: ReferenceStream, session: ReferenceSession, place: Place) {
  const track = referenceTrackIn(session, place.track)
  const { faults: order, track: next } =
    place.number === null ? initInOrder(stream, place, track) : segmentInOrder(stream, place, track)
  return {
    session: withReferenceTrack(session, place.track, next),
    faults: [...nameFaults(session, place), ...numberFaults(track, place), ...order],
  }
}

function nameFaults({ id }: ReferenceSession, place: Place): readonly ReferenceFault[] {
  const faults: ReferenceFault[] = []
  if (place.number === null && place.name !== place.track)
    faults.push(
      fault('init-name', `expected ${excerpt(place.track)}.init, received ${excerpt(place.name)}.init`),
    )
  if (place.session !== BigInt(id))
    faults.push(fault('session-number', `expected session_${id}, received session_${place.session}`))
  return faults
}

const [first, last] = [1_001n, 9_999n]

/** What is expected is counted by uploads, so that one gap makes all later segments of the track wrong. */
function numberFaults({ segmentCount }: ReferenceTrack, { number }: Place): readonly ReferenceFault[] {
  if (number === null) return []
  if (number < first)
    return [fault('segment-number-low', `expected numbers from ${first}, received ${number}`)]
  if (number > last)
    return [fault('segment-number-high', `expected numbers up to ${last}, received ${number}`)]
  const expected = first + BigInt(segmentCount)
  if (number === expected) return []
  return [fault('segment-number-gap', `expected segment_${expected}, received segment_${number}`)]
}

interface TrackStep {
  readonly track: ReferenceTrack
  readonly faults: readonly ReferenceFault[]
}

/**
 * Checks an init segment. The reference keeps nothing of one that it refuses; on cmaf-ingest streams it neither
 * refuses nor keeps any.
 */
function initInOrder(stream: ReferenceStream, place: Place, track: ReferenceTrack): TrackStep {
  const found = initFault(stream, excerpt(place.track), track)
  if (found || stream.interface === 'cmaf-ingest') return { track, faults: found ? [found] : [] }
  return { track: { ...track, phase: 'init_uploaded' }, faults: [] }
}

function initFault(
  { interface: ingest }: ReferenceStream,
  name: string,
  { phase }: ReferenceTrack,
): ReferenceFault | null {
  if (ingest === 'cmaf-ingest') return null
  if (phase === 'init_uploaded')
    return fault('init-duplicate', `expected one init segment of ${name}, received another`)
  if (ingest === 'dash') {
    if (phase === 'not_started') return null
    return fault('init-after-segments', `expected the init segment of ${name} before its segments`)
  }
  if (phase === 'not_started')
    return fault('init-before-playlist', `expected ${name}/index.m3u8 before the init segment`)
  if (phase === 'segments_uploading')
    return fault('init-after-segments', `expected no init segment of ${name} after its segments`)
  if (phase === 'completed')
    return fault('init-after-end', `expected no init segment of ${name} after its end`)
  return null
}

/**
 * Checks a segment. The reference counts each one, and opens its track, even if it refuses the segment; on
 * cmaf-ingest streams it does neither.
 */
function segmentInOrder(stream: ReferenceStream, place: Place, track: ReferenceTrack): TrackStep {
  if (stream.interface === 'cmaf-ingest') return { track, faults: [] }
  const found = segmentFault(stream, excerpt(place.track), track)
  const next = { phase: 'segments_uploading' as const, segmentCount: track.segmentCount + 1 }
  return { track: next, faults: found ? [found] : [] }
}

function segmentFault(
  { interface: ingest }: ReferenceStream,
  name: string,
  { phase }: ReferenceTrack,
): ReferenceFault | null {
  if (phase === 'not_started')
    return ingest === 'dash'
      ? fault('segment-before-init', `expected the init segment of ${name} before its segments`)
      : fault('segment-before-playlist', `expected ${name}/index.m3u8 before its segments`)
  if (ingest === 'dash') return null
  if (phase === 'initial_playlist_uploaded')
    return fault('segment-before-init', `expected the init segment of ${name} before its segments`)
  if (phase === 'completed') return fault('segment-after-end', `expected no segment of ${name} after its end`)
  return null
}

function extinfFaults(text: string | null): readonly ReferenceFault[] {
  if (text === null)
    return [fault('extinf-header-missing', 'expected the header X-EXTINF-duration, it was not found')]
  if (isFloat(text)) return []
  return [
    fault(
      'extinf-header-invalid',
      `expected X-EXTINF-duration to be a number, received ${JSON.stringify(excerpt(text))}`,
    ),
  ]
}

/** What Python takes for a float: signs, underscores between digits, `nan` and `inf` too. */
const isFloat = (text: string): boolean =>
  /^\s*[+-]?((\d+(_\d+)*)(\.(\d+(_\d+)*)?)?(e[+-]?\d+(_\d+)*)?|\.\d+(_\d+)*(e[+-]?\d+(_\d+)*)?|inf(inity)?|nan)\s*$/i.test(
    text,
  )

const fault = (code: ReferenceFault['code'], message: string): ReferenceFault => ({ code, message })
