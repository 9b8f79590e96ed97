import type { MediaFacts } from '../../media/inspection.ts'
import { add, type Context, type Evaluation, sessionEvent } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { shortFingerprint } from '../limits.ts'
import { explainedChanges, mpdsOfNext } from '../manifests/mpd-version.ts'
import { firstSegmentNumber } from '../object-name.ts'
import { isRepeat } from '../request-findings.ts'
import { at, newSession, newTrack, type Order, type Session, type Track } from '../state.ts'
import { brokenOffBy } from './late-part.ts'
import { signInLongRequest } from './long-request.ts'
import { sharedWithNext } from './shared-uploads.ts'

/**
 * A camera that starts again in the middle of a session sends its first objects anew. They are no late or repeated
 * objects of the recording that it broke off, but the start of another one with the same number: that one gets a
 * session of its own here, and the old one ends as abandoned. Unchanged where nothing speaks of a restart.
 */
export function beginAfterRestart(evaluation: Evaluation, context: Context): Evaluation {
  // Only an upload to a path that has an object may be sent anew. Parts of a long request have paths of their own.
  if (context.previous === null && !context.upload.part) return evaluation
  const session = at(evaluation.state.sessions, context.name.session)
  if (!session || session.segmentCount === 0) return evaluation
  if (session.phase !== 'open' && session.phase !== 'silent') return evaluation
  const restart = restartOf(context, session)
  return restart === null ? evaluation : withNewRecording(evaluation, context, session, restart)
}

/** What gave a restart away, in words, and which tracks go on with what the new recording sent before it. */
interface Restart {
  readonly sign: string
  readonly tracks: readonly Track[]
}

function restartOf(context: Context, session: Session): Restart | null {
  const { name, inspection } = context
  if (isRepeat(context)) return null
  if (inspection?.mpd) return name.isMatter ? restartByMpd(context, session) : null
  const track = name.track === null ? undefined : at(session.tracks, name.track)
  if (!track) return null
  if (context.upload.part) return restartByRequest(context, session, track)
  if (!name.isMatter) return restartByTime(context, session, track)
  if (context.stream.interface === 'hksv') return restartBySealedInit(context, track)
  if ((track.lastNumber ?? 0) <= firstSegmentNumber) return null
  if (name.kind === 'init') return restartByInit(context, session, track)
  return restartByNumber(context, session, track)
}

function restartByMpd({ inspection }: Context, { startTime }: Session): Restart | null {
  const received = startTimeOf(inspection?.mpd ?? null)
  if (received === undefined || startTime === undefined || received === startTime) return null
  if (inspection?.mpd?.type !== 'dynamic') return null
  return { sign: `a dynamic MPD with availabilityStartTime ${received} instead of ${startTime}`, tracks: [] }
}

/** Characters of a time in the state, enough for xs:dateTime. */
const maxTimeLength = 40

/** An MPD's availabilityStartTime as a session has it; undefined for none. */
export const startTimeOf = (
  mpd: { readonly availabilityStartTime: string | null } | null,
): string | undefined => mpd?.availabilityStartTime?.slice(0, maxTimeLength)

function restartByInit({ inspection }: Context, { tracks }: Session, track: Track): Restart | null {
  if (!inspection?.init || !track.init) return null
  return {
    sign: anotherInitOf(track),
    tracks: Object.values(tracks)
      .filter(({ hasPlaylist }) => hasPlaylist)
      .map(withPlaylistOnly),
  }
}

/**
 * The init segment alone gives a restart of HomeKit Secure Video away: sealed bytes never repeat, so that a segment that is
 * sent again looks like a new one.
 */
function restartBySealedInit({ name }: Context, track: Track): Restart | null {
  if (name.kind !== 'init' || track.lastNumber === null) return null
  return { sign: anotherInitOf(track), tracks: [] }
}

const anotherInitOf = ({ name, lastNumber }: Track): string =>
  `another init segment of ${excerpt(name)} behind segment_${lastNumber}`

function restartByNumber({ name }: Context, { tracks }: Session, track: Track): Restart | null {
  if (name.kind !== 'segment' || name.number !== firstSegmentNumber) return null
  const sign = `segment_${firstSegmentNumber} of ${excerpt(track.name)} with other bytes behind segment_${track.lastNumber}`
  return { sign, tracks: Object.values(tracks).map(withInitOnly) }
}

/**
 * Names on cmaf-ingest streams may have no numbers. What gives a restart away is a segment at the path of an earlier
 * one that begins where the recording began.
 */
function restartByTime(context: Context, session: Session, track: Track): Restart | null {
  const { inspection, name, upload } = context
  const { clock } = track
  const media = inspection?.media
  if (!media || inspection.init || media.isFiller || !clock || clock.count < 2) return null
  if (name.isTrackUrl || track.isOneUrl || upload.parts) return null
  // Tracks of another device go on.
  if (Object.values(session.tracks).some(({ shortDevice }) => shortDevice !== undefined)) return null
  if (media.decodeTime === null || media.decodeTime > clock.start + clock.sample) return null
  const sign = `decode time ${media.decodeTime} of ${excerpt(track.name)} behind ${clock.end}, at the path of an earlier segment`
  return { sign, tracks: Object.values(session.tracks).map(withInitOnly) }
}

/**
 * What gives a restart away is the first part of another long request. Each request begins with the init segment of
 * its track.
 */
function restartByRequest(context: Context, session: Session, track: Track): Restart | null {
  const sign = signInLongRequest(context, session, track)
  if (sign === null) return null
  const isAtOtherPath = track.segmentCount === 0
  const goesOn = ({ segmentCount, place }: Track): boolean =>
    !isAtOtherPath || segmentCount === 0 || place?.clip === undefined
  return { sign, tracks: Object.values(session.tracks).filter(goesOn).map(withInitOnly) }
}

const withPlaylistOnly = ({ name, hasPlaylist }: Track): Track => ({
  ...newTrack(name),
  phase: 'initial_playlist_uploaded',
  hasPlaylist,
})

/** A track without its segments: its init segment came again with the same bytes, or not at all. */
const withInitOnly = ({ init, hasInit, name, ...track }: Track): Track => ({
  ...newTrack(name),
  init,
  hasInit,
  phase: hasInit ? 'init_uploaded' : 'not_started',
  hasPlaylist: track.hasPlaylist,
  initUpload: track.initUpload,
  header: track.header,
  isHeader: track.isHeader,
  place: track.place,
  isOneUrl: track.isOneUrl,
  shortInitDigest: track.shortInitDigest,
  shortDevice: track.shortDevice,
})

function withNewRecording(
  evaluation: Evaluation,
  context: Context,
  old: Session,
  { sign, tracks }: Restart,
): Evaluation {
  const { key, generation, announced, announcements, hlsTrackCount, hlsCodecs, playlists, manifest } = old
  const session: Session = {
    ...newSession(key, context.receivedMs, generation + 1),
    announced,
    hlsTrackCount,
    hlsCodecs,
    playlists,
    manifest,
    announcements: tracks.length > 0 ? announcements : {},
    tracks: Object.fromEntries(tracks.map((track) => [track.name, track])),
    shortDevice: deviceOf(context) ?? old.shortDevice,
    shared: sharedWithNext(old, tracks),
    mpds: mpdsOfNext(old),
    brokenOff: brokenOffBy(context, old),
  }
  const replaced: Session = { ...old, phase: 'abandoned' }
  const begun = add(evaluation, {
    session,
    findings: [restarted(context, old, sign)],
    withdrawn: explainedChanges(old),
    events: [
      ...(old.phase === 'open' ? [sessionEvent('session-abandoned', replaced)] : []),
      sessionEvent('session-opened', session),
    ],
  })
  const { interface: ingest } = context.stream
  const isInTurn = ingest === 'dash' || ingest === 'hls'
  const order: Order = isInTurn ? { open: key, last: key } : evaluation.state.order
  return { ...begun, session: null, replaced, state: { ...begun.state, order } }
}

function restarted(context: Context, old: Session, sign: string): Finding {
  const what = old.key === 'none' ? 'the session' : `session_${old.key}`
  const from = new Date(old.firstObjectMs).toISOString()
  const device = deviceOf(context)
  const isOther = device !== undefined && old.shortDevice !== undefined && device !== old.shortDevice
  const message = `expected ${what} of ${from} to go on or to end, received ${sign}: the device started again${isOther ? ', or is another one: its certificate is' : ''}`
  return finding('session-restarted', message)
}

/** Short fingerprint of the device that sent an upload; undefined without a certificate. */
export const deviceOf = ({ upload }: Context): string | undefined =>
  upload.sender.device ? shortFingerprint(upload.sender.device.fingerprint) : undefined

/**
 * Whether a segment whose path has been used before replaces nothing of its own recording: what stands there is of the
 * recording before a restart.
 */
export function isOfNewRecording(
  { name }: Context,
  { generation }: Session,
  { clock, lastNumber }: Track,
  { decodeTime }: MediaFacts,
): boolean {
  if (generation === 1) return false
  if (name.isMatter && name.number !== null) return name.number > (lastNumber ?? 0)
  return clock === null || (decodeTime ?? 0) >= clock.end - clock.sample
}
