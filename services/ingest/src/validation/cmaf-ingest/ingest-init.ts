import type { InitFacts } from '../../media/inspection.ts'
import { add, type Context, type Evaluation, mergeUpdates, trackIn, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { shortDigest } from '../limits.ts'
import { checkAnnouncedName } from '../manifests/announced-name.ts'
import {
  changesOf,
  checkInitMedia,
  codecPreconditions,
  differencesOf,
  fitsSameSegments,
  knownInitOf,
} from '../media/init-media.ts'
import { checkSetMember } from '../media/switching-set.ts'
import { isRepeat } from '../request-findings.ts'
import { isOtherFile } from '../sessions/long-request.ts'
import { at, type Session, type Track, withTrack } from '../state.ts'
import { isClipFile } from '../tracks/identified-object.ts'
import { placeAfter } from '../tracks/track-paths.ts'

/** The session with an init segment, and the findings on it. */
export function addInit(context: Context, session: Session, facts: InitFacts, name: string): Update {
  const track = trackIn(session, name)
  const next = facts.trackCount === 1 ? knownInitOf(facts) : null
  const isRestart = track.phase === 'completed'
  const isSame = track.init && next ? fitsSameSegments(track.init, next) : false
  const phase = track.segmentCount > 0 && !isRestart ? track.phase : 'init_uploaded'
  const isFurther = isFurtherInit(context, session, name)
  const place = placeAfter(track, context.object)
  const digest = shortDigest(context.upload.sha256)
  const isAnother = place?.hasClips === true && place.init !== track.place?.init
  const known: Track = {
    ...track,
    phase,
    hasInit: true,
    init: next ?? track.init,
    initUpload: context.upload.id,
    header: undefined,
    headless: undefined,
    place,
    openRequest: context.upload.part?.of,
    isAnew: isAnother || undefined,
    shortInitDigest: digest,
    clock: isSame && (isAnother || (!isRestart && !isFurther)) ? track.clock : null,
  }
  // Another track gave the restart away; this one still has the init segment of the recording before.
  const isOfBefore = context.upload.part !== undefined && session.generation > 1 && track.segmentCount === 0
  const isChange = !isFurther && !isOfBefore && !((isClip(context) || isAnother) && isSame)
  const changes = isChange ? checkInitChange(track, next) : []
  return mergeUpdates(
    {
      session: withSharedInit(withTrack(session, known), known),
      findings: [...checkInitMedia(session, track, facts), ...changes],
      preconditions: codecPreconditions(session, name),
    },
    checkSetMember(context, session, known),
    checkAnnouncedName(context, session, track),
  )
}

/**
 * Whether an upload brings the init segment that its track has: at the same path or, after a deletion or in another
 * request, at another one.
 */
export function isKnownInit(context: Context, track: Track | undefined): boolean {
  // Clips of one camera have the same init segment, each in its own request.
  if (!track?.hasInit || (context.upload.part && isOtherFile(context, track))) return false
  return isRepeat(context) || track.shortInitDigest === shortDigest(context.upload.sha256)
}

/**
 * Takes an init segment with the bytes of the one before: it reopens a track that has ended, and the segments behind it
 * are decoded with it. Retention removes the oldest uploads first, so that the newest of equal init segments stays as long
 * as the segments that need it.
 */
export function repeatInit(
  evaluation: Evaluation & { readonly session: Session },
  { upload }: Context,
  name: string,
): Evaluation {
  const message = `expected the init segment of ${excerpt(name)} once, received the same bytes again`
  const track = reopened(trackIn(evaluation.session, name))
  // At this path its bytes may be known although the track goes on with those of another path.
  const isNewest = track.shortInitDigest === shortDigest(upload.sha256)
  const next: Track = {
    ...track,
    initUpload: isNewest ? upload.id : track.initUpload,
    openRequest: upload.part?.of ?? track.openRequest,
  }
  return add(evaluation, {
    track: name,
    session: withSharedInit(withTrack(evaluation.session, next), next),
    findings: [finding('init-repeated', message)],
  })
}

const reopened = (track: Track): Track =>
  track.phase === 'completed' ? { ...track, phase: 'init_uploaded', clock: null } : track

/**
 * Whether a playlist names this init segment behind another one: it may have other properties, and times may begin
 * anew.
 */
function isFurtherInit({ upload }: Context, { playlists = {} }: Session, name: string): boolean {
  return (at(playlists, name)?.inits.indexOf(upload.path) ?? -1) > 0
}

/** Whether an upload is a clip, a file with its own init segment: its times may begin anew. */
export const isClip = ({ object, upload }: Context): boolean =>
  object?.name.isFree === true && isClipFile(object) && !upload.part

/** The session with a newer init segment in the tracks that share it. */
function withSharedInit(session: Session, { name, init, initUpload, isHeader }: Track): Session {
  if (!isHeader) return session
  const sharing = Object.values(session.tracks).filter(({ header }) => header === name)
  return sharing.reduce((changed, track) => withTrack(changed, { ...track, init, initUpload }), session)
}

function checkInitChange({ init, name }: Track, next: Track['init']): readonly Finding[] {
  if (!init || !next) return []
  const differences = differencesOf(init, next)
  if (differences.length === 0) {
    const message = `expected the init segment of ${excerpt(name)} unchanged, received other bytes with the same properties`
    return [finding('init-rewritten', message)]
  }
  const changes = changesOf(init, next)
  if (fitsSameSegments(init, next)) {
    return [
      finding('init-language-changed', `expected one language of ${excerpt(name)}, received ${changes}`),
    ]
  }
  return [finding('init-changed', `expected the same properties of ${excerpt(name)}, received ${changes}`)]
}
