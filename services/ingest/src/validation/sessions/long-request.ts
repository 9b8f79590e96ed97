import type { MediaFacts } from '../../media/inspection.ts'
import type { Upload } from '../../uploads/upload.ts'
import type { Context } from '../evaluation.ts'
import { excerpt } from '../finding.ts'
import { shortDigest } from '../limits.ts'
import { at, type Clock, type LongRequest, type Session, type Track, withTrack } from '../state.ts'
import { textDigest } from '../tracks/track-names.ts'

/**
 * A camera of DASH-IF Interface-1 sends a track in one long request, which is cut into parts. After a loss of the connection
 * it goes on in another request: with the init segment again, and from the segment that was lost (DASH-IF Ingest 1.2,
 * 5.3-2). After a restart it begins anew in another request. Two encoders may also send one track in two requests at once.
 */

/**
 * Why the first part of another long request shows that the camera has restarted, in words; null where it does not.
 */
export function signInLongRequest(context: Context, session: Session, track: Track): string | null {
  const { upload, inspection } = context
  if (!upload.part || track.request?.of === requestDigest(upload.part.of)) return null
  if (track.isAnew || isOtherFile(context, track)) return null
  if (inspection?.init) return signInInit(context, track)
  const media = inspection?.media
  if (!media || media.isFiller || media.decodeTime === null) return null
  return signInTime(context, track, media) ?? signInPath(session, track, media)
}

/**
 * Whether a part is of another clip than its track so far: clips are files of their own, whose times may begin anew.
 */
export const isOtherFile = ({ object }: Context, { place }: Track): boolean =>
  object?.name.isFree === true && place?.init !== undefined && place.init !== textDigest(object.path)

function signInInit({ upload, inspection, receivedMs }: Context, track: Track): string | null {
  const { clock, request, init, name } = track
  if (!clock || !request || mayBeFirst(clock, request) || track.phase === 'completed') return null
  if (track.shortInitDigest === shortDigest(upload.sha256)) return null
  // With another handler it is a second track at the same URL.
  if (init?.handler !== inspection?.init?.handler) return null
  const silentMs = receivedMs - request.lastMs
  if (request.end === undefined && silentMs <= 2 * millisecondsOf(track, clock.duration)) return null
  return `another init segment of ${excerpt(name)} in another request, behind segments up to ${clock.end}`
}

/**
 * Whether the request before has brought one segment at most, and may not be over: then the segment may just be sent
 * again.
 */
const mayBeFirst = ({ count }: Clock, { end }: LongRequest): boolean => count < 2 && end === undefined

function signInTime(context: Context, track: Track, media: MediaFacts): string | null {
  const { clock, request } = track
  const { decodeTime } = media
  if (!clock || !request || decodeTime === null || track.phase === 'completed') return null
  if (mayBeFirst(clock, request)) return null
  if (request.shortFirstDigest === shortDigest(context.upload.sha256) || isBeside(context, request))
    return null
  const behind = `of ${excerpt(track.name)} behind ${clock.end}, in another request`
  if (decodeTime <= clock.start + clock.sample) return `decode time ${decodeTime} ${behind}`
  // The clock of the camera may go on while it starts again.
  const isBack = decodeTime < clock.end - maxResent * clock.duration
  return isBack && media.firstSequence <= request.firstSequence
    ? `decode time ${decodeTime} and sequence number ${media.firstSequence} ${behind}`
    : null
}

/** DASH-IF Ingest 1.2, 5.3-2: a source sends again what it missed while that is less than three segments. */
const maxResent = 3
const maxRecent = maxResent + 1

/** Whether the request before still brought segments after this one had begun. */
const isBeside = ({ upload }: Context, { lastMs }: LongRequest): boolean =>
  lastMs > Date.parse(upload.startedAt) + maxCommitMs

/** A segment that was sent before another request began may be stored up to this much later than that. */
export const maxCommitMs = 1_000

/**
 * Where each request has a path with a counter: the request at the earlier path was cut off, and times begin anew.
 * Requests of clips that follow each other end well.
 */
function signInPath({ tracks }: Session, track: Track, { decodeTime }: MediaFacts): string | null {
  const clip = track.place?.clip
  if (clip === undefined || track.segmentCount > 0 || decodeTime === null) return null
  const [before, ...others] = Object.values(tracks).filter(
    ({ name, place }) => name !== track.name && place?.clip === clip,
  )
  const clock = before?.clock
  if (!before || !clock || others.length > 0 || before.request?.end !== 'cut-off') return null
  if (before.init?.handler !== track.init?.handler || before.init?.timescale !== track.init?.timescale)
    return null
  if (decodeTime > clock.start + clock.sample) return null
  return `decode time ${decodeTime} of ${excerpt(track.name)} behind ${clock.end} of ${excerpt(before.name)}, whose request was cut off`
}

const millisecondsOf = ({ init }: Track, duration: number): number =>
  init && init.timescale > 0 ? (duration / init.timescale) * 1_000 : 0

/** Whether a segment came before in another request: sent again after a loss, or by a second encoder. */
export function isSentInOther({ upload }: Context, { place, request }: Track): boolean {
  if (!upload.part || place?.hasClips || !request || request.of === requestDigest(upload.part.of))
    return false
  return request.shortDigests.includes(shortDigest(upload.sha256))
}

/** The long request of a track after a segment; unchanged for one that is no part of any. */
export function requestAfter(
  { upload, receivedMs }: Context,
  { request, segmentCount }: Track,
  { firstSequence }: MediaFacts,
): Track['request'] {
  if (!upload.part) return request
  const shortFirstDigest = shortDigest(upload.sha256)
  const before = segmentCount > 0 ? request : undefined
  const first = before ?? { firstSequence, shortFirstDigest, shortDigests: [] }
  return {
    of: requestDigest(upload.part.of),
    firstSequence: first.firstSequence,
    shortFirstDigest: first.shortFirstDigest,
    shortDigests: [...first.shortDigests.slice(1 - maxRecent), shortFirstDigest],
    lastMs: receivedMs,
  }
}

/**
 * The session after the end of a long request, whose parts were validated before it. Null where the request is of the
 * recording before a restart: its connection was found lost after the next one had begun.
 */
export function endRequest(session: Session, name: string | null, upload: Upload): Session | null {
  const found = name === null ? undefined : at(session.tracks, name)
  const track = found?.openRequest === upload.id ? { ...found, openRequest: undefined } : found
  if (track?.request?.of === requestDigest(upload.id)) {
    const request: LongRequest = { ...track.request, end: upload.whole ? 'whole' : 'cut-off' }
    return withTrack(session, { ...track, request })
  }
  const isEarlier = session.generation > 1 && Date.parse(upload.startedAt) < session.firstObjectMs
  if (isEarlier) return null
  return track === found || !track ? session : withTrack(session, track)
}

/** Requests are only compared, within one track. */
export const requestDigest = (upload: string): number => textDigest(upload)
