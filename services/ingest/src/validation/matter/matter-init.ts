import { baseNameOf } from '../../uploads/object-path.ts'
import { type Context, mergeUpdates, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { checkAnnouncedName } from '../manifests/announced-name.ts'
import { checkInitMedia, codecPreconditions, fitsSameSegments, knownInitOf } from '../media/init-media.ts'
import { checkSetMember } from '../media/switching-set.ts'
import { isRepeat, uploadRepeated } from '../request-findings.ts'
import { type Session, type Track, withTrack } from '../state.ts'
import { hasTrackEnded } from './matter-session.ts'

/** Checks an init segment of a dash or hls stream, which comes once, before the segments. */
export function checkMatterInit(context: Context, session: Session, track: Track): Update {
  const facts = context.inspection?.init
  if (track.hasInit && isRepeat(context)) return { findings: [uploadRepeated(context)] }
  const order = checkOrder(context, session, track)
  const phase =
    hasTrackEnded(session, track) || track.phase === 'segments_uploading' ? track.phase : 'init_uploaded'
  const known = facts && facts.trackCount === 1 ? knownInitOf(facts) : track.init
  const isOther = track.init && known && !fitsSameSegments(track.init, known)
  const clock = isOther ? null : track.clock
  const next: Track = { ...track, phase, hasInit: true, init: known, clock }
  const nameFindings = checkInitName(context, track)
  return mergeUpdates(
    { session: withTrack(session, next), preconditions: ['matter-init'] },
    { preconditions: context.stream.interface === 'hls' ? ['hls-init'] : [] },
    nameFindings.length > 0 ? { findings: nameFindings } : checkAnnouncedName(context, session, track),
    { findings: order },
    { findings: facts ? checkInitMedia(session, track, facts) : [] },
    { preconditions: codecPreconditions(session, track.name) },
    checkSetMember(context, session, next),
  )
}

function checkInitName({ upload }: Context, { name }: Track): readonly Finding[] {
  const file = baseNameOf(upload.path)
  if (file === `${name}.init`) return []
  return [finding('init-name', `expected ${excerpt(name)}.init, received ${excerpt(file)}`)]
}

function checkOrder({ stream }: Context, session: Session, track: Track): readonly Finding[] {
  const name = excerpt(track.name)
  if (hasTrackEnded(session, track))
    return [finding('init-after-end', `expected no init segment of ${name} after its end, received one`)]
  if (track.phase === 'segments_uploading') {
    return [
      finding('init-after-segments', `expected no init segment of ${name} after its segments, received one`),
    ]
  }
  // After an unreadable init segment, a readable one is welcome.
  if (track.init) return [finding('init-duplicate', `expected one init segment of ${name}, received another`)]
  if (stream.interface !== 'hls' || track.hasPlaylist) return []
  return [
    finding('init-before-playlist', `expected ${name}/index.m3u8 before the init segment, it has not come`),
  ]
}
