import type { PlaylistFacts } from '../../media/inspection.ts'
import { add, type Context, type Evaluation, endTrack, trackIn, type Update } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { announcedByPlaylist } from '../manifests/announcements.ts'
import { comparePlaylist, namedInVain, notInMultivariant } from '../manifests/playlist-against-uploads.ts'
import { isRepeated, repeated } from '../repeat.ts'
import { type Session, type Track, withTrack } from '../state.ts'
import {
  closeOrder,
  completeSession,
  findSession,
  isOver,
  missingNames,
  missingTracks,
  openSession,
  unannounced,
} from './matter-session.ts'

/** A playlist of an hls stream: multivariant at the session, media at each track. */
export function judgePlaylist(start: Evaluation, context: Context): Evaluation {
  const step = add(start, { preconditions: ['hls playlist'] })
  const playlist = context.inspection?.playlist
  if (context.name.kind === null) {
    const expected = 'expected session_<N>/index.m3u8 or session_<N>/<track>/index.m3u8'
    return add(step, { findings: [find('hls-path', `${expected}, received ${shown(context.upload.path)}`)] })
  }
  if (!playlist) return findSession(step, context)
  return context.name.kind === 'multivariant'
    ? judgeMultivariant(step, context, playlist)
    : judgeMediaPlaylist(step, context, playlist)
}

function judgeMultivariant(start: Evaluation, context: Context, playlist: PlaylistFacts): Evaluation {
  const step = add(start, { preconditions: ['hls multivariant'] })
  const found = isOver(step, context) ? step : findSession(step, context)
  const { session } = found
  const isOpen = session?.phase === 'open' && session.announced
  if (isOpen && isRepeated(context)) return add(found, { findings: [repeated(context)] })
  if (playlist.trackCount === 0) {
    const message = 'expected EXT-X-STREAM-INF or EXT-X-MEDIA in the multivariant playlist, received neither'
    return add(found, { findings: [find('hls-multivariant-empty', message)] })
  }
  if (isOpen && session.segmentCount > 0) {
    const message = `expected the multivariant playlist before the segments, ${session.segmentCount} came already`
    return add(found, { findings: [find('hls-multivariant-late', message)] })
  }
  const opened = isOpen ? found : openSession(step, context)
  if (!opened.session) return opened
  const hlsCodecs = playlist.codecs.slice(0, 16).map((codec) => codec.slice(0, 64))
  const announcements = announcedByPlaylist(context, opened.session, playlist)
  const hlsTrackCount = playlist.trackCount
  return add(opened, { session: { ...opened.session, hlsTrackCount, hlsCodecs, announcements } })
}

function judgeMediaPlaylist(start: Evaluation, context: Context, playlist: PlaylistFacts): Evaluation {
  const step = findSession(add(start, { preconditions: ['hls media playlist'] }), context)
  const session = step.session ?? unannounced(context)
  const track = trackIn(session, context.name.track ?? '')
  if (session.announced && track.hasPlaylist && isRepeated(context)) {
    return add(step, { findings: [repeated(context)] })
  }
  if (isEnded(session) && !track.hasPlaylist) return add(step, { findings: [afterEnd(session, track)] })
  const early = announcedFirst(step, session)
  const change = isInitial(track, playlist)
    ? initialPlaylist(session, track, playlist)
    : finalPlaylist(context, session, track, playlist)
  const judged = add(step, early ? { ...change, findings: [early] } : change)
  return isFinished(judged.session) ? complete(judged, context) : judged
}

const isEnded = ({ phase }: Session): boolean => phase === 'complete' || phase === 'abandoned'

const afterEnd = ({ key }: Session, { name }: Track): Finding =>
  find(
    'hls-playlist-no-session',
    `expected no new track in session_${key}, which has ended, received the playlist of ${shown(name)}`,
  )

function announcedFirst(step: Evaluation, session: Session): Finding | null {
  if (session.announced) return null
  const expected = `expected session_${session.key}/index.m3u8 first, received a media playlist`
  return step.session
    ? find('hls-playlist-before-multivariant', expected)
    : find('hls-playlist-no-session', `${expected} and no session is open`)
}

/** By its content, once something came; a first playlist is always meant to be the initial one. */
const isInitial = (track: Track, playlist: PlaylistFacts): boolean =>
  !track.hasPlaylist && track.segmentCount === 0 ? true : isEmptyAndOpen(playlist)

const isEmptyAndOpen = ({ extinfCount, segmentCount, hasEndList, playlistType }: PlaylistFacts): boolean =>
  extinfCount === 0 && segmentCount === 0 && !hasEndList && playlistType === null

function initialPlaylist(session: Session, track: Track, playlist: PlaylistFacts): Update {
  const phase = track.phase === 'not_started' ? 'initial_playlist_uploaded' : track.phase
  const next = withTrack(session, { ...track, phase, hasPlaylist: true })
  const strange = notInMultivariant(session, track)
  if (track.hasPlaylist) {
    const message = `expected one initial playlist of ${shown(track.name)}, received another; it replaces the first`
    return { session: next, findings: [find('hls-initial-repeated', message)] }
  }
  if (isEmptyAndOpen(playlist)) return { session: next, findings: strange }
  const contents = [
    playlist.extinfCount > 0 && 'EXTINF',
    playlist.segmentCount > 0 && 'segments',
    playlist.playlistType !== null && 'EXT-X-PLAYLIST-TYPE',
    playlist.hasEndList && 'EXT-X-ENDLIST',
  ].filter((word) => word !== false)
  const message = `expected an initial playlist without segments, type or end, received ${contents.join(', ')}`
  return { session: next, findings: [...strange, find('hls-initial-content', message)] }
}

function finalPlaylist(context: Context, session: Session, track: Track, playlist: PlaylistFacts): Update {
  const preconditions = ['hls final playlist'] as const
  if (track.phase === 'completed') {
    const message = `expected one final playlist of ${shown(track.name)}, received another; the track is completed once`
    return { findings: [find('hls-final-repeated', message)], preconditions }
  }
  if (track.segmentCount === 0 || !track.hasInit) {
    const lacking = track.hasInit ? 'segments' : 'the init segment and the segments'
    const message = `expected ${lacking} of ${shown(track.name)} before its final playlist, received it first`
    return { findings: [find('hls-final-early', message)], preconditions }
  }
  const findings = finalContent(playlist)
  if (findings.length > 0) return { findings, preconditions }
  return { ...endTrack(session, track), findings: comparePlaylist(context, playlist, track), preconditions }
}

function finalContent(playlist: PlaylistFacts): readonly Finding[] {
  const findings: Finding[] = []
  if (playlist.playlistType !== 'VOD') {
    const received = playlist.playlistType === null ? 'none' : shown(playlist.playlistType)
    findings.push(find('hls-final-not-vod', `expected EXT-X-PLAYLIST-TYPE:VOD, received ${received}`))
  }
  if (playlist.segmentCount === 0) {
    findings.push(find('hls-final-no-segments', 'expected segments in the final playlist, received none'))
  } else if (playlist.extinfCount === 0) {
    findings.push(find('hls-final-no-extinf', 'expected EXTINF before each segment, received none'))
  }
  if (!playlist.hasEndList) {
    findings.push(find('hls-final-no-endlist', 'expected EXT-X-ENDLIST in the final playlist, received none'))
  }
  return findings
}

/** As many tracks have ended as the multivariant playlist named. */
function isFinished(session: Session | null): session is Session {
  if (!session?.announced || session.phase === 'complete' || session.hlsTrackCount === null) return false
  return completedTracks(session) >= session.hlsTrackCount
}

export const completedTracks = ({ tracks }: Session): number =>
  Object.values(tracks).filter(({ phase }) => phase === 'completed').length

function complete(step: Evaluation, context: Context): Evaluation {
  if (!step.session) return step
  const missing = missingNames(context.stream.expectedTrackNames, step.session)
  const findings = [...missingTracks(context, step.session), ...namedInVain(step.session, missing)]
  const preconditions = context.stream.expectedTrackNames
    ? (['complete session', 'ended manifest'] as const)
    : (['ended manifest'] as const)
  const { key } = step.session
  return closeOrder(add(step, { ...completeSession(step.session), findings, preconditions }), key)
}
