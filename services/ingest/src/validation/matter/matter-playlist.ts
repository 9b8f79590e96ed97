import type { PlaylistFacts } from '../../media/inspection.ts'
import { add, type Context, type Evaluation, endTrack, trackIn, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { maxCodecsLength } from '../limits.ts'
import { playlistAnnouncements } from '../manifests/announcements.ts'
import {
  checkPlaylistAgainstUploads,
  missingFromMultivariant,
  tracksWithoutUploads,
} from '../manifests/playlist-against-uploads.ts'
import { checkWindow, windowOf } from '../manifests/playlist-window.ts'
import { isRepeat, uploadRepeated } from '../request-findings.ts'
import { type Session, type Track, withTrack } from '../state.ts'
import {
  closeOrder,
  completeSession,
  findSession,
  isBeyondLimits,
  isSessionOver,
  missingNames,
  missingTracks,
  newUnannouncedSession,
  openIfNone,
  openSession,
} from './matter-session.ts'

/**
 * Checks a playlist of an hls stream: the multivariant one of a session, or the media playlist of a track.
 */
export function checkMatterPlaylist(start: Evaluation, context: Context): Evaluation {
  const evaluation = add(start, { preconditions: ['hls-playlist'] })
  const playlist = context.inspection?.playlist
  if (context.name.kind === null) {
    const expected = 'expected session_<N>/index.m3u8 or session_<N>/<track>/index.m3u8'
    return add(evaluation, {
      findings: [finding('hls-path', `${expected}, received ${excerpt(context.upload.path)}`)],
    })
  }
  if (!playlist) {
    const isUnread = isBeyondLimits(context) && context.name.kind === 'multivariant'
    return isUnread ? openIfNone(evaluation, context) : findSession(evaluation, context)
  }
  return context.name.kind === 'multivariant'
    ? checkMultivariant(evaluation, context, playlist)
    : checkMediaPlaylist(evaluation, context, playlist)
}

function checkMultivariant(start: Evaluation, context: Context, playlist: PlaylistFacts): Evaluation {
  const evaluation = add(start, { preconditions: ['hls-multivariant'] })
  const found = isSessionOver(evaluation, context) ? evaluation : findSession(evaluation, context)
  const { session } = found
  const isOpen = session?.phase === 'open' && session.announced
  if (isOpen && isRepeat(context)) return add(found, { findings: [uploadRepeated(context)] })
  if (playlist.trackCount === 0) {
    const message = 'expected EXT-X-STREAM-INF or EXT-X-MEDIA in the multivariant playlist, received neither'
    return add(found, { findings: [finding('hls-multivariant-empty', message)] })
  }
  if (isOpen && session.segmentCount > 0) {
    const message = `expected the multivariant playlist before the segments, ${session.segmentCount} came already`
    return add(found, { findings: [finding('hls-multivariant-late', message)] })
  }
  const opened = isOpen ? found : openSession(evaluation, context)
  if (!opened.session) return opened
  const hlsCodecs = playlist.codecs.slice(0, maxHlsCodecs).map((codec) => codec.slice(0, maxCodecsLength))
  const announcements = playlistAnnouncements(context, opened.session, playlist)
  const hlsTrackCount = playlist.playlistCount || playlist.trackCount
  return add(opened, { session: { ...opened.session, hlsTrackCount, hlsCodecs, announcements } })
}

/** CODECS of a multivariant playlist in the state. */
const maxHlsCodecs = 16

function checkMediaPlaylist(start: Evaluation, context: Context, playlist: PlaylistFacts): Evaluation {
  const evaluation = findSession(add(start, { preconditions: ['hls-media-playlist'] }), context)
  const session = evaluation.session ?? newUnannouncedSession(context)
  const track = trackIn(session, context.name.track ?? '')
  if (session.announced && track.hasPlaylist && isRepeat(context)) {
    return add(evaluation, { findings: [uploadRepeated(context)] })
  }
  if (hasEnded(session) && !track.hasPlaylist)
    return add(evaluation, { findings: [afterEnd(session, track)] })
  const early = checkMultivariantFirst(evaluation, session)
  const change = isInitial(track, playlist)
    ? checkInitialPlaylist(context, session, track, playlist)
    : checkFinalPlaylist(context, session, track, playlist)
  const moved = checkWindow(track.window, context.upload, playlist).map(asWarning)
  const checked = add(add(evaluation, change), { findings: early ? [early, ...moved] : moved })
  return isFinished(checked.session) ? complete(checked, context) : checked
}

/** Matter has the final playlist of type VOD in the place of the initial one, which RFC 8216 does not. */
const asWarning = (one: Finding): Finding => ({ ...one, severity: 'warning' })

const hasEnded = ({ phase }: Session): boolean => phase === 'complete' || phase === 'abandoned'

const afterEnd = ({ key }: Session, { name }: Track): Finding =>
  finding(
    'hls-playlist-no-session',
    `expected no new track in session_${key}, which has ended, received the playlist of ${excerpt(name)}`,
  )

function checkMultivariantFirst(evaluation: Evaluation, session: Session): Finding | null {
  if (session.announced) return null
  const expected = `expected session_${session.key}/index.m3u8 first, received a media playlist`
  return evaluation.session
    ? finding('hls-playlist-before-multivariant', expected)
    : finding('hls-playlist-no-session', `${expected} and no session is open`)
}

/** Whether a playlist is the initial one: always the first, later one that is empty and open. */
const isInitial = (track: Track, playlist: PlaylistFacts): boolean =>
  !track.hasPlaylist && track.segmentCount === 0 ? true : isEmptyAndOpen(playlist)

const isEmptyAndOpen = ({ extinfCount, segmentCount, hasEndList, playlistType }: PlaylistFacts): boolean =>
  extinfCount === 0 && segmentCount === 0 && !hasEndList && playlistType === null

function checkInitialPlaylist(
  { upload }: Context,
  session: Session,
  track: Track,
  playlist: PlaylistFacts,
): Update {
  const phase = track.phase === 'not_started' ? 'initial_playlist_uploaded' : track.phase
  const window = windowOf(upload, playlist)
  const next = withTrack(session, { ...track, phase, hasPlaylist: true, window })
  const strange = missingFromMultivariant(session, track)
  if (track.hasPlaylist) {
    const message = `expected one initial playlist of ${excerpt(track.name)}, received another; it replaces the first`
    return { session: next, findings: [finding('hls-initial-repeated', message)] }
  }
  if (isEmptyAndOpen(playlist)) return { session: next, findings: strange }
  const contents = [
    playlist.extinfCount > 0 && 'EXTINF',
    playlist.segmentCount > 0 && 'segments',
    playlist.playlistType !== null && 'EXT-X-PLAYLIST-TYPE',
    playlist.hasEndList && 'EXT-X-ENDLIST',
  ].filter((word) => word !== false)
  const message = `expected an initial playlist without segments, type or end, received ${contents.join(', ')}`
  return { session: next, findings: [...strange, finding('hls-initial-content', message)] }
}

function checkFinalPlaylist(
  context: Context,
  session: Session,
  track: Track,
  playlist: PlaylistFacts,
): Update {
  const preconditions = ['hls-final-playlist'] as const
  if (track.phase === 'completed') {
    const message = `expected one final playlist of ${excerpt(track.name)}, received another; the track is completed once`
    return { findings: [finding('hls-final-repeated', message)], preconditions }
  }
  if (track.segmentCount === 0 || !track.hasInit) {
    const lacking = track.hasInit ? 'segments' : 'the init segment and the segments'
    const message = `expected ${lacking} of ${excerpt(track.name)} before its final playlist, received it first`
    return { findings: [finding('hls-final-early', message)], preconditions }
  }
  const findings = checkFinalContent(playlist)
  if (findings.length > 0) return { findings, preconditions }
  const compared = checkPlaylistAgainstUploads(context, playlist, session, track)
  return {
    ...endTrack(compared.session ?? session, track),
    findings: compared.findings ?? [],
    preconditions,
  }
}

function checkFinalContent(playlist: PlaylistFacts): readonly Finding[] {
  const findings: Finding[] = []
  if (playlist.playlistType !== 'VOD') {
    const received = playlist.playlistType === null ? 'none' : excerpt(playlist.playlistType)
    findings.push(finding('hls-final-not-vod', `expected EXT-X-PLAYLIST-TYPE:VOD, received ${received}`))
  }
  if (playlist.segmentCount === 0) {
    findings.push(finding('hls-final-no-segments', 'expected segments in the final playlist, received none'))
  } else if (playlist.extinfCount === 0) {
    findings.push(finding('hls-final-no-extinf', 'expected EXTINF before each segment, received none'))
  }
  if (!playlist.hasEndList) {
    findings.push(
      finding('hls-final-no-endlist', 'expected EXT-X-ENDLIST in the final playlist, received none'),
    )
  }
  return findings
}

/** Whether as many tracks have ended as the multivariant playlist names. */
function isFinished(session: Session | null): session is Session {
  if (!session?.announced || session.phase === 'complete' || session.hlsTrackCount === null) return false
  return completedTracks(session) >= session.hlsTrackCount
}

export const completedTracks = ({ tracks }: Session): number =>
  Object.values(tracks).filter(({ phase }) => phase === 'completed').length

function complete(evaluation: Evaluation, context: Context): Evaluation {
  if (!evaluation.session) return evaluation
  const missing = missingNames(context.stream.expectedTrackNames, evaluation.session)
  const findings = [
    ...missingTracks(context, evaluation.session),
    ...tracksWithoutUploads(evaluation.session, missing),
  ]
  const preconditions = context.stream.expectedTrackNames
    ? (['complete-session', 'ended-manifest'] as const)
    : (['ended-manifest'] as const)
  const { key } = evaluation.session
  return closeOrder(add(evaluation, { ...completeSession(evaluation.session), findings, preconditions }), key)
}
