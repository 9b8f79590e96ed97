import { end, listed, map, otherMedia, playlistText } from './manifests.ts'
import { initLike, initOf, segmentOf } from './media.ts'
import {
  dynamicMpd,
  freeInit,
  init,
  multivariant,
  neatMpd,
  object,
  segment,
  started,
  staticMpd,
} from './objects.ts'
import { dash, hls, ingest } from './scenario.ts'

const ended = (what: string, parts: Parameters<typeof staticMpd>[1]) =>
  dash(what, ...started, segment(1001), staticMpd(1, parts))

/** The MPD of a dash stream with one change in its text. */
const changed = (what: string, from: string, to: string) =>
  dash(what, { ...dynamicMpd(), body: String(dynamicMpd().body).replace(from, to) })

const freePlaylist = (count: number) => playlistText(...listed(count), end)

/** A playlist with one change in its text. */
const playlisted = (what: string, from: string, to: string) =>
  ingest(what, object('v.m3u8', freePlaylist(2).replace(from, to)))

export const manifestScenarios = {
  'codec-not-announced': dash(
    'an init segment of HEVC where H.264 is announced',
    dynamicMpd(),
    init(initLike.ofHevc),
  ),
  'manifest-names-unknown-track': ended('a static MPD with a track that never came', {
    tracks: ['video', 'ghost'],
  }),
  'manifest-omits-track': dash(
    'a static MPD without one of two tracks',
    ...started,
    init(initOf(), 'second'),
    segment(1001),
    segment(1001, segmentOf(1), 'second'),
    staticMpd(),
  ),
  'mpd-namespace': changed('an MPD in the namespace of a draft', 'mpd:2011" ', 'MPD:2011" '),
  'mpd-incomplete': changed('an MPD without @bandwidth', 'bandwidth="600000"', ''),
  'mpd-value': changed('an MPD that begins this morning', '1970-01-01T00:00:00Z', 'this morning'),
  'mpd-name-unknown': changed('an MPD with @startnumber', 'startNumber', 'startnumber'),
  'mpd-contradiction': changed(
    'an MPD with $Number$ and $Time$ in one template',
    '$Number$',
    '$Number$-$Time$',
  ),
  'mpd-dynamic-incomplete': changed(
    'a dynamic MPD without @publishTime',
    'publishTime="2026-01-01T00:00:00Z"',
    '',
  ),
  'mpd-start-unknown': changed('a dynamic MPD without a start', ' start="PT0S"', ''),
  'mpd-timeline-and-duration': ingest(
    'an MPD with @duration beside its SegmentTimeline, of no Matter camera',
    object('m.mpd', staticMpd(1, { seconds: 1 }).body),
  ),
  'manifest-encoding-unknown': changed('an MPD in EBCDIC', '?>', ' encoding="ebcdic-cp-us"?>'),
  'playlist-target-duration': playlisted('segments of 1 s where 0 s is the most', ':1\n', ':0\n'),
  'playlist-map-absent': playlisted('a playlist of fragmented MP4 without EXT-X-MAP', '#EXT-X-MAP', '#map'),
  'playlist-segment-incomplete': playlisted('a playlist with one segment too few', 'segment_1001.m4s\n', ''),
  'playlist-version-low': playlisted('a playlist of version 5 with EXT-X-MAP', 'VERSION:6', 'VERSION:5'),
  'playlist-attribute-absent': hls('a variant without BANDWIDTH', {
    ...multivariant('video'),
    body: String(multivariant('video').body).replace('BANDWIDTH=600000,', ''),
  }),
  'playlist-value': playlisted(
    'a playlist that names its init segment without quotes',
    '"video.init"',
    'video.init',
  ),
  'playlist-contradiction': playlisted(
    'a playlist with EXT-X-MEDIA-SEQUENCE behind its segments',
    '#EXT-X-ENDLIST',
    '#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-ENDLIST',
  ),
  'playlist-sequence': ingest(
    'a playlist that lost its first segment and counts on from 0',
    object('v.m3u8', playlistText(...listed(2))),
    object('v.m3u8', playlistText(...listed(3).toSpliced(1, 2))),
  ),
  'playlist-changed': ingest(
    'a playlist with another target duration than before',
    object('v.m3u8', playlistText(...listed(2))),
    object('v.m3u8', playlistText(...listed(3)).replace('DURATION:1', 'DURATION:2')),
  ),
  'mpd-changed': ingest(
    'an MPD that counts from another day than before',
    neatMpd(['v']),
    neatMpd(['v'], [], '1970-01-02'),
  ),
  'playlist-ended-changed': ingest(
    'another playlist in the place of one with an end',
    object('v.m3u8', freePlaylist(1)),
    object('v.m3u8', freePlaylist(2)),
  ),
  'manifest-names-missing-segments': ended('a static MPD of three segments where one came', { seconds: 3 }),
  'manifest-omits-segments': dash(
    'a static MPD of one segment where two came',
    ...started,
    segment(1001),
    segment(1002),
    staticMpd(1, { seconds: 1 }),
  ),
  'name-not-announced': ingest(
    'a segment with another name than the MPD says',
    neatMpd(['v']),
    freeInit(),
    object('v/x1.m4s', segmentOf(1)),
  ),
  'manifest-timing-off': ended('a static MPD that begins nine seconds late', { seconds: 1, from: 9 }),
  'manifest-url-absolute': dash(
    'an MPD that names another host',
    dynamicMpd(1, { at: 'https://127.0.0.1/' }),
  ),
  'manifest-url-outside': dash('an MPD that climbs out of the stream', dynamicMpd(1, { at: '../../../' })),
  'mpd-base-url': ingest('an MPD with BaseURL', dynamicMpd(1, { baseUrl: './' })),
  'mpd-several-periods': ingest('an MPD of two periods', dynamicMpd(1, { periods: 2 })),
  'mpd-template': ingest('an MPD that writes the names of tracks out', dynamicMpd()),
  'mpd-templates-differ': ingest(
    'an MPD with a template of its own for each track',
    neatMpd(['v', 'w'], [otherMedia]),
  ),
  'mpd-template-changed': ingest(
    'an MPD with other templates than before',
    neatMpd(['v']),
    neatMpd(['v'], [otherMedia]),
  ),
  'mpd-timeline-origin': ingest('an MPD that counts from this year', neatMpd(['v'], [], '2026-01-01')),
  'hls-differs-from-mpd': ingest(
    'a playlist with other names than the MPD',
    neatMpd(['v']),
    object('v.m3u8', playlistText(map('v/init.mp4').replace('.init', ''), '#EXTINF:1,', 'v/x1.m4s')),
  ),
}
