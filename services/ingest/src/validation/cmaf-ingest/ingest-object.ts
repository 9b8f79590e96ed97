import type { InitFacts, MediaFacts } from '../../media/inspection.ts'
import { add, type Context, type Evaluation, endTrack, merged, trackIn, type Update } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { shortDigest } from '../limits.ts'
import { judgeAnnouncedName } from '../manifests/announced-name.ts'
import {
  changesOf,
  codecPreconditions,
  differencesOf,
  fitsSameSegments,
  judgeInitMedia,
  knownInitOf,
} from '../media/init-media.ts'
import { clockAfter, judgeSegmentMedia, mediaPreconditionsOf } from '../media/segment-media.ts'
import { judgeSetAlignment, judgeSetMember } from '../media/switching-set.ts'
import { isRepeated, repeated } from '../repeat.ts'
import { at, type Session, type Track, withTrack } from '../state.ts'
import { ingestRows, numberIn } from './ingest-recommendations.ts'
import { endIfAllEnded, enterSession } from './ingest-session.ts'
import { resolveTrack } from './ingest-track.ts'

/** Media on a cmaf-ingest stream: init segment, segment, or both in one long request, told by the bytes. */
export function judgeIngestObject(start: Evaluation, context: Context): Evaluation {
  const { inspection } = context
  const known = at(start.state.sessions, context.name.session)
  const isMedia = inspection?.init || inspection?.media || inspection?.endsTrack
  if (!isMedia) return known ? { ...start, session: known } : start
  const { name } = resolveTrack(known, context.name, inspection.init !== null)
  if (context.upload.parts) return known ? cutRequest({ ...start, session: known }, name) : start
  const track = known && at(known.tracks, name)
  const isEnd = !inspection.init && !inspection.media
  if (isEnd && (!track || track.phase === 'completed')) return known ? { ...start, session: known } : start
  if (known && !inspection.init && track && isRepeated(context)) {
    return add({ ...start, session: known }, { track: name, findings: [repeated(context)] })
  }
  const entered = enterSession(start, context)
  if (inspection.init && isKnownInit(context, at(entered.session.tracks, name))) {
    return repeatInit(entered, name)
  }
  let step: Evaluation = add(entered, { track: name })
  if (inspection.init) step = add(step, init(context, sessionOf(step, entered), inspection.init, name))
  if (inspection.media) step = add(step, segment(context, sessionOf(step, entered), name, inspection.media))
  if (inspection.endsTrack) step = add(step, end(sessionOf(step, entered), name))
  return endIfAllEnded(step)
}

/** Its parts have been judged; what comes to its path later has one URL for all its segments. */
function cutRequest(step: Evaluation & { readonly session: Session }, name: string): Evaluation {
  const track = at(step.session.tracks, name)
  return track
    ? add(step, { track: name, session: withTrack(step.session, { ...track, isOneUrl: true }) })
    : step
}

/** The same bytes at its path, or elsewhere: after a deletion, or in another of its requests. */
function isKnownInit(context: Context, track: Track | undefined): boolean {
  if (!track?.hasInit) return false
  return isRepeated(context) || track.shortInitDigest === shortDigest(context.upload.sha256)
}

const sessionOf = (step: Evaluation, entered: { readonly session: Session }): Session =>
  step.session ?? entered.session

/** The same bytes again: after an end an init segment begins the track anew, else nothing changes. */
function repeatInit(step: Evaluation & { readonly session: Session }, name: string): Evaluation {
  const message = `expected the init segment of ${shown(name)} once, received the same bytes again`
  const findings = [find('init-repeated', message)]
  return add(step, { track: name, session: reopened(step.session, name), findings })
}

function reopened(session: Session, name: string): Session {
  const track = trackIn(session, name)
  if (track.phase !== 'completed') return session
  return withTrack(session, { ...track, phase: 'init_uploaded', clock: null })
}

function init(context: Context, session: Session, facts: InitFacts, name: string): Update {
  const track = trackIn(session, name)
  const next = facts.trackCount === 1 ? knownInitOf(facts) : null
  const isRestart = track.phase === 'completed'
  const isSame = track.init && next ? fitsSameSegments(track.init, next) : false
  const phase = track.segmentCount > 0 && !isRestart ? track.phase : 'init_uploaded'
  const known: Track = {
    ...track,
    phase,
    hasInit: true,
    init: next ?? track.init,
    shortInitDigest: shortDigest(context.upload.sha256),
    clock: isSame && !isRestart ? track.clock : null,
  }
  return merged(
    {
      session: withTrack(session, known),
      findings: [...judgeInitMedia(session, track, facts), ...initAgain(track, next)],
      preconditions: codecPreconditions(session, name),
    },
    judgeSetMember(context, session, known),
    judgeAnnouncedName(context, session, track),
  )
}

function initAgain({ init, name }: Track, next: Track['init']): readonly Finding[] {
  if (!init || !next) return []
  const differences = differencesOf(init, next)
  if (differences.length === 0) {
    const message = `expected the init segment of ${shown(name)} unchanged, received other bytes with the same properties`
    return [find('init-rewritten', message)]
  }
  const changes = changesOf(init, next)
  if (fitsSameSegments(init, next)) {
    return [find('init-language-changed', `expected one language of ${shown(name)}, received ${changes}`)]
  }
  return [find('init-changed', `expected the same properties of ${shown(name)}, received ${changes}`)]
}

function segment(context: Context, session: Session, name: string, media: MediaFacts): Update {
  const track = trackIn(session, name)
  const { upload } = context
  const previous = context.previous === null ? null : shortDigest(context.previous)
  const isOwnPath =
    context.name.isTrackUrl ||
    context.inspection?.init !== null ||
    track.isOneUrl ||
    previous === track.shortInitDigest
  const isFilled = previous !== null && previous === track.shortFillerDigest
  const isReused = previous !== null && !isOwnPath && !isFilled && track.segmentCount > 0
  const place = {
    isNext: !isReused && !isFilled && track.phase !== 'completed',
    announcedSeconds: at(session.announcements, name)?.segmentSeconds ?? null,
  }
  const isReplacement = isReused || isFilled
  const next: Track = {
    ...track,
    phase: track.phase === 'completed' ? 'completed' : track.hasInit ? 'segments_uploading' : track.phase,
    segmentCount: track.segmentCount + (isReplacement ? 0 : 1),
    lastNumber: numberIn(context, session, track, media) ?? track.lastNumber,
    clock: isReplacement ? track.clock : clockAfter(track, media, upload.bytes),
    isOneUrl: track.isOneUrl || (previous !== null && previous === track.shortInitDigest) || undefined,
    shortFillerDigest: media.isFiller ? shortDigest(upload.sha256) : track.shortFillerDigest,
  }
  const counted = withTrack({ ...session, segmentCount: session.segmentCount + 1 }, next)
  const ended = media.isLast ? endTrack(counted, next) : { session: counted, events: [] }
  return merged(
    {
      ...ended,
      findings: [
        ...orderOf(context, session, track),
        ...(isReused ? [reused(context)] : []),
        ...judgeSegmentMedia(track, media, place),
      ],
      preconditions: mediaPreconditionsOf(place, media),
    },
    ingestRows(context, session, track, media),
    judgeSetAlignment(context, session, track, media),
    judgeAnnouncedName(context, session, next),
  )
}

function orderOf({ upload }: Context, { endedMs }: Session, track: Track): readonly Finding[] {
  const { name } = track
  if (track.phase === 'completed') {
    // Manifests overtake segments that were on their way before them.
    if (endedMs !== null && Date.parse(upload.startedAt) < endedMs) return []
    const message = `expected an init segment of ${shown(name)} after its end, received a segment`
    return [find('segment-after-end', message, 'warning')]
  }
  if (track.hasInit) return []
  const message = `expected an init segment of ${shown(name)} before its segments, none came`
  return [find('segment-without-init', message)]
}

const reused = ({ upload }: Context): Finding =>
  find('path-reused', `expected a new path for each segment, received other bytes at ${shown(upload.path)}`)

function end(session: Session, name: string): Update {
  return { ...endTrack(session, trackIn(session, name)), preconditions: ['track end'] }
}
