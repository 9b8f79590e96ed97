import { otherMedia, playlistText } from './manifests.ts'
import { initLike, segmentOf } from './media.ts'
import { dynamicMpd, freeInit, init, neatMpd, object, segment, started, staticMpd } from './objects.ts'
import { dash, ingest } from './scenario.ts'

const ended = (what: string, parts: Parameters<typeof staticMpd>[1]) =>
  dash(what, ...started, segment(1001), staticMpd(1, parts))

export const manifestScenarios = {
  'codec-not-announced': dash(
    'an init segment of HEVC where H.264 is announced',
    dynamicMpd(),
    init(initLike.ofHevc),
  ),
  'manifest-names-unknown-track': ended('a static MPD with a track that never came', {
    tracks: ['video', 'ghost'],
  }),
  'manifest-omits-track': ended('a static MPD of nothing', { tracks: [] }),
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
    object('v.m3u8', playlistText('#EXTINF:1,', 'v/x1.m4s')),
  ),
}
