import type { PlaylistFacts } from '../../media/inspection.ts'
import { add, type Context, type Evaluation, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { maxTracks, shortDigest } from '../limits.ts'
import { updateAnnouncements } from '../manifests/announcements.ts'
import { checkMpdAgainstUploads } from '../manifests/mpd-against-uploads.ts'
import { checkPlaylistAgainstMpd, playlistPreconditions } from '../manifests/playlist-against-mpd.ts'
import { checkEndedPlaylist } from '../manifests/playlist-against-uploads.ts'
import { updatePlaylistNames } from '../manifests/playlist-names.ts'
import { missingTracks } from '../matter/matter-session.ts'
import { isRepeat, uploadRepeated } from '../request-findings.ts'
import { at, type Session } from '../state.ts'
import { endTracksOf, enterSession } from './ingest-session.ts'

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
    const {
      session: known,
      findings: moves,
      withdrawn,
      track,
    } = updatePlaylistNames(context, session, playlist)
    const findings = [...checkPlaylistAgainstMpd(context, session, playlist), ...moves]
    const preconditions = playlistPreconditions(session, playlist)
    const compared = add(noted, { session: known, findings, withdrawn, preconditions })
    if (playlist.kind !== 'media') return compared
    const ended = add(compared, checkPlaylistEnd(context, known, playlist))
    return add(ended, checkEndedPlaylist(context, ended.session ?? known, playlist, track))
  }
  if (!mpd) return noted
  const announced = add(
    add(noted, { preconditions: ['ingest-mpd'] }),
    updateAnnouncements(context, { ...session, announced: true }),
  )
  if (mpd.type === 'dynamic' || session.segmentCount === 0 || session.phase === 'complete') return announced
  const known = announced.session ?? session
  const missed = add(announced, {
    findings: missingTracks(context, known),
    preconditions: context.stream.expectedTrackNames
      ? ['ended-manifest', 'complete-session']
      : ['ended-manifest'],
  })
  const compared = add(missed, checkMpdAgainstUploads(context, known))
  return endTracksOf(compared, context, compared.session ?? known)
}

/** RFC 8216, 6.2.1: a playlist of type VOD, or with ENDLIST, has its last segment, says so, and is not changed. */
function checkPlaylistEnd(context: Context, session: Session, playlist: PlaylistFacts): Update {
  const { upload, previous } = context
  const { shortEndedDigests: ended = [] } = session
  const findings: Finding[] = []
  if (previous !== null && !isRepeat(context) && ended.includes(shortDigest(previous))) {
    const message = `expected ${excerpt(upload.path)} unchanged after its end, received other bytes`
    findings.push(finding('playlist-ended-changed', message))
  }
  const isVod = playlist.playlistType === 'VOD'
  if (isVod && !playlist.hasEndList) {
    const message = 'expected EXT-X-ENDLIST in a playlist of type VOD, received none'
    findings.push(finding('hls-final-no-endlist', message))
  }
  if (!isVod && !playlist.hasEndList) return { findings }
  const digest = shortDigest(upload.sha256)
  const shortEndedDigests = [...ended.filter((known) => known !== digest), digest].slice(-maxTracks)
  return { findings, session: { ...session, shortEndedDigests } }
}
