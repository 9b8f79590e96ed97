import { type Context, merged, type Update } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { judgeAnnouncedName } from '../manifests/announced-name.ts'
import { codecPreconditions, fitsSameSegments, judgeInitMedia, knownInitOf } from '../media/init-media.ts'
import { judgeSetMember } from '../media/switching-set.ts'
import { isRepeated, repeated } from '../repeat.ts'
import { type Session, type Track, withTrack } from '../state.ts'
import { isEnded } from './matter-session.ts'

/** An init segment of a dash or hls stream, which comes once, before the segments. */
export function judgeMatterInit(context: Context, session: Session, track: Track): Update {
  const facts = context.inspection?.init
  if (track.hasInit && isRepeated(context)) return { findings: [repeated(context)] }
  const order = initOrder(context, session, track)
  const phase =
    isEnded(session, track) || track.phase === 'segments_uploading' ? track.phase : 'init_uploaded'
  const known = facts && facts.trackCount === 1 ? knownInitOf(facts) : track.init
  const isOther = track.init && known && !fitsSameSegments(track.init, known)
  const clock = isOther ? null : track.clock
  const next: Track = { ...track, phase, hasInit: true, init: known, clock }
  const misnamed = initName(context, track)
  return merged(
    { session: withTrack(session, next), preconditions: ['matter init'] },
    { preconditions: context.stream.interface === 'hls' ? ['hls init'] : [] },
    misnamed.length > 0 ? { findings: misnamed } : judgeAnnouncedName(context, session, track),
    { findings: order },
    { findings: facts ? judgeInitMedia(session, track, facts) : [] },
    { preconditions: codecPreconditions(session, track.name) },
    judgeSetMember(context, session, next),
  )
}

function initName({ upload }: Context, { name }: Track): readonly Finding[] {
  const file = upload.path.slice(upload.path.lastIndexOf('/') + 1)
  if (file === `${name}.init`) return []
  return [find('init-name', `expected ${shown(name)}.init, received ${shown(file)}`)]
}

function initOrder({ stream }: Context, session: Session, track: Track): readonly Finding[] {
  const name = shown(track.name)
  if (isEnded(session, track))
    return [find('init-after-end', `expected no init segment of ${name} after its end, received one`)]
  if (track.phase === 'segments_uploading') {
    return [
      find('init-after-segments', `expected no init segment of ${name} after its segments, received one`),
    ]
  }
  // An init segment that could not be read may be mended.
  if (track.init) return [find('init-duplicate', `expected one init segment of ${name}, received another`)]
  if (stream.interface !== 'hls' || track.hasPlaylist) return []
  return [
    find('init-before-playlist', `expected ${name}/index.m3u8 before the init segment, it has not come`),
  ]
}
