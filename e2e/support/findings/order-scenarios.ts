import { end, listed, map, vod } from './manifests.ts'
import { initLike, initOf, segmentOf } from './media.ts'
import {
  dynamicMpd,
  finalPlaylist,
  hlsReady,
  hlsSegment,
  init,
  initialPlaylist,
  multivariant,
  object,
  playlist,
  segment,
  started,
  staticMpd,
} from './objects.ts'
import { dash, expecting, hls } from './scenario.ts'

const recorded = [...started, segment(1001)]
const ended = [...recorded, staticMpd()]
const hlsRecorded = [...hlsReady, hlsSegment(1001)]

export const orderScenarios = {
  'manifest-interface': hls('an MPD', dynamicMpd()),
  'mpd-path': dash('an MPD called manifest.mpd', object('session_1/manifest.mpd', dynamicMpd().body)),
  'mpd-malformed': dash('an MPD that is no XML', object('session_1/index.mpd', 'type=dynamic')),
  'mpd-dynamic-late': dash(
    'another dynamic MPD after a segment',
    ...recorded,
    dynamicMpd(1, { start: 'PT1S' }),
  ),
  'mpd-static-early': dash('a static MPD first', staticMpd()),
  'mpd-static-repeated': dash('another static MPD', ...ended, staticMpd(1, { start: 'PT1S' })),
  'hls-path': hls('a playlist two folders down', object('session_1/a/b/index.m3u8', initialPlaylist().body)),
  'playlist-malformed': hls('a playlist without #EXTM3U', object('session_1/index.m3u8', 'video/index.m3u8')),
  'hls-multivariant-late': hls(
    'a multivariant playlist after a segment',
    ...hlsRecorded,
    multivariant('video', 'audio'),
  ),
  'hls-multivariant-empty': hls('a multivariant playlist of nothing', multivariant()),
  'hls-playlist-no-session': hls('a media playlist first', initialPlaylist()),
  'hls-playlist-before-multivariant': hls(
    'a second media playlist, still no multivariant one',
    initialPlaylist(),
    initialPlaylist('audio'),
  ),
  'hls-initial-content': hls('a final playlist for an initial one', multivariant('video'), finalPlaylist(1)),
  'hls-initial-repeated': hls(
    'another initial playlist',
    multivariant('video'),
    initialPlaylist(),
    playlist('video', '#EXT-X-MAP:URI="video.init"'),
  ),
  'hls-final-not-vod': hls(
    'a final playlist of type EVENT',
    ...hlsRecorded,
    playlist('video', '#EXT-X-PLAYLIST-TYPE:EVENT', ...listed(1), end),
  ),
  'hls-final-no-extinf': hls(
    'a final playlist of names only',
    ...hlsRecorded,
    playlist('video', vod, map(), 'segment_1001.m4s', end),
  ),
  'hls-final-no-segments': hls('a final playlist of nothing', ...hlsRecorded, finalPlaylist(0)),
  'hls-final-no-endlist': hls(
    'a final playlist that stays open',
    ...hlsRecorded,
    playlist('video', vod, ...listed(1)),
  ),
  'hls-final-early': hls('a final playlist before the first segment', ...hlsReady, finalPlaylist(1)),
  'hls-final-repeated': hls(
    'another final playlist',
    multivariant('video', 'audio'),
    ...hlsRecorded.slice(1),
    finalPlaylist(1),
    playlist('video', vod, '#EXT-X-INDEPENDENT-SEGMENTS', ...listed(1), end),
  ),
  'manifest-too-large': dash(
    'an MPD of more than 4 MiB',
    object('session_1/index.mpd', `${dynamicMpd().body}<!--${' '.repeat(2 ** 22)}-->`),
  ),
  'object-path': dash(
    'a segment without a track',
    dynamicMpd(),
    object('session_1/segment_1001.m4s', segmentOf(1)),
  ),
  'track-unexpected': expecting(
    'a track that nobody named',
    ['video', 'audio'],
    dynamicMpd(),
    init(initOf(), 'depth'),
  ),
  'track-missing': expecting('the static MPD without a track that was named', ['video', 'audio'], ...ended),
  'init-name': dash('init.init of track video', dynamicMpd(), object('session_1/video/init.init', initOf())),
  'session-number': dash('session 3 behind session 1', ...ended, dynamicMpd(3)),
  'session-number-reused': dash('session 1 again after its end', ...ended, dynamicMpd(1, { start: 'PT1S' })),
  'session-restarted': dash(
    'segment 1001 again, with other bytes, behind segment 1002',
    ...recorded,
    segment(1002),
    segment(1001, segmentOf(1, { sequence: 7 })),
  ),
  'session-abandoned': dash('session 2 before the end of session 1', ...recorded, dynamicMpd(2)),
  'number-padded': dash('session_01', object('session_01/index.mpd', dynamicMpd().body)),
  'segment-number-low': dash('segment 1', ...started, segment(1, segmentOf(1))),
  'segment-number-high': dash('segment 10000', ...started, segment(10_000, segmentOf(1))),
  'segment-number-gap': dash('segment 1002 first', ...started, segment(1002)),
  'segment-before-mpd': dash('a segment first', segment(1001)),
  'segment-before-multivariant': hls('a segment first', hlsSegment(1001)),
  'segment-before-init': dash('a segment without an init segment', dynamicMpd(), segment(1001)),
  'segment-before-playlist': hls('a segment without a playlist', multivariant('video'), hlsSegment(1001)),
  'segment-after-end': dash('a segment after the static MPD', ...ended, segment(1002)),
  'init-before-playlist': hls('an init segment without a playlist', multivariant('video'), init()),
  'init-duplicate': dash('another init segment', ...started, init(initLike.named)),
  'init-after-segments': dash('another init segment after a segment', ...recorded, init(initLike.named)),
  'init-after-end': dash('another init segment after the static MPD', ...ended, init(initLike.named)),
  'extinf-header-missing': hls('a segment without X-EXTINF-duration', ...hlsReady, segment(1001)),
  'extinf-header-invalid': hls('X-EXTINF-duration: nan', ...hlsReady, hlsSegment(1001, 'nan')),
}
