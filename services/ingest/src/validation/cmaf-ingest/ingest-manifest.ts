import { add, type Context, type Evaluation } from '../evaluation.ts'
import { find } from '../finding.ts'
import { announcementsOf } from '../manifests/announcements.ts'
import { compareWithMpd } from '../manifests/mpd-against-uploads.ts'
import { compareHlsWithMpd, hlsPreconditions } from '../manifests/playlist-against-mpd.ts'
import { missingTracks } from '../matter/matter-session.ts'
import { isRepeated, repeated } from '../repeat.ts'
import { at, type Session } from '../state.ts'
import { endSession, enterSession } from './ingest-session.ts'

/** A manifest on a cmaf-ingest stream: not asked for, welcome all the same; it changes what is known of tracks. */
export function judgeIngestManifest(start: Evaluation, context: Context): Evaluation {
  const known = at(start.state.sessions, context.name.session)
  if (known?.announced && isRepeated(context)) {
    return add({ ...start, session: known }, { findings: [repeated(context)] })
  }
  // Media reopens an ended session, another manifest does not.
  const entered = known?.phase === 'complete' ? { ...start, session: known } : enterSession(start, context)
  return useManifest(entered, context, entered.session)
}

function useManifest(step: Evaluation, context: Context, session: Session): Evaluation {
  const message = 'expected media, a cmaf-ingest stream needs no manifest; received one, which is used'
  const noted = add(step, { findings: [find('manifest-interface', message, 'note')] })
  const { mpd = null, playlist = null } = context.inspection ?? {}
  if (playlist) {
    const findings = compareHlsWithMpd(context, session, playlist)
    return add(noted, { findings, preconditions: hlsPreconditions(session, playlist) })
  }
  if (!mpd) return noted
  const announced = add(
    add(noted, { preconditions: ['ingest mpd'] }),
    announcementsOf(context, { ...session, announced: true }),
  )
  if (mpd.type === 'dynamic' || session.segmentCount === 0 || session.phase === 'complete') return announced
  const known = announced.session ?? session
  const compared = add(announced, {
    findings: [...missingTracks(context, known), ...compareWithMpd(context, known)],
    preconditions: context.stream.expectedTrackNames
      ? ['ended manifest', 'complete session']
      : ['ended manifest'],
  })
  return endSession(compared, known)
}
