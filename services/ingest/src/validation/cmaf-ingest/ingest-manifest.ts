import { add, type Context, type Evaluation } from '../evaluation.ts'
import { finding } from '../finding.ts'
import { updateAnnouncements } from '../manifests/announcements.ts'
import { checkMpdAgainstUploads } from '../manifests/mpd-against-uploads.ts'
import { checkPlaylistAgainstMpd, playlistPreconditions } from '../manifests/playlist-against-mpd.ts'
import { updatePlaylistNames } from '../manifests/playlist-names.ts'
import { missingTracks } from '../matter/matter-session.ts'
import { isRepeat, uploadRepeated } from '../request-findings.ts'
import { at, type Session } from '../state.ts'
import { endSession, enterSession } from './ingest-session.ts'

/** Checks a manifest on a cmaf-ingest stream, which needs none; its announcements of tracks are used. */
export function checkIngestManifest(start: Evaluation, context: Context): Evaluation {
  const known = at(start.state.sessions, context.name.session)
  if (known?.announced && isRepeat(context)) {
    return add({ ...start, session: known }, { findings: [uploadRepeated(context)] })
  }
  // Media reopens an ended session, another manifest does not.
  const entered = known?.phase === 'complete' ? { ...start, session: known } : enterSession(start, context)
  return useManifest(entered, context, entered.session)
}

function useManifest(evaluation: Evaluation, context: Context, session: Session): Evaluation {
  const message = 'expected media, a cmaf-ingest stream needs no manifest; received one, which is used'
  const noted = add(evaluation, { findings: [finding('manifest-interface', message, 'note')] })
  const { mpd = null, playlist = null } = context.inspection ?? {}
  if (playlist) {
    const findings = checkPlaylistAgainstMpd(context, session, playlist)
    return add(noted, {
      session: updatePlaylistNames(context, session, playlist),
      findings,
      preconditions: playlistPreconditions(session, playlist),
    })
  }
  if (!mpd) return noted
  const announced = add(
    add(noted, { preconditions: ['ingest-mpd'] }),
    updateAnnouncements(context, { ...session, announced: true }),
  )
  if (mpd.type === 'dynamic' || session.segmentCount === 0 || session.phase === 'complete') return announced
  const known = announced.session ?? session
  const compared = add(announced, {
    findings: [...missingTracks(context, known), ...checkMpdAgainstUploads(context, known)],
    preconditions: context.stream.expectedTrackNames
      ? ['ended-manifest', 'complete-session']
      : ['ended-manifest'],
  })
  return endSession(compared, known)
}
