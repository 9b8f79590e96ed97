import {
  anyManifest,
  change,
  changeText,
  type Fault,
  firstManifest,
  lastManifest,
  nthSegment,
  type ObjectFilter,
  remove,
} from './fault.ts'

/** A fault that changes the text of manifests. */
const ofText = (
  word: string,
  does: string,
  finding: string,
  how: (text: string) => string,
  which: ObjectFilter = anyManifest,
) =>
  ({
    takes: { word },
    does,
    finding,
    profile: 'matter-1.6',
    apply: (plan) => changeText(plan, which, how),
  }) as const satisfies Partial<Fault>

/** A fault that changes the last playlist of each track of an HLS camera. */
const ofPlaylist = (word: string, does: string, finding: string, how: (text: string) => string) =>
  ({ ...ofText(word, does, finding, how, isFinalPlaylist), profile: 'hls' }) as const satisfies Partial<Fault>

const isFinalPlaylist: ObjectFilter = (object, all) => {
  const lastMedia = all.findLastIndex(({ role }) => role === 'segment')
  return object.role === 'manifest' && all.indexOf(object) > lastMedia
}

export const manifestFaults = {
  codec: {
    example: 'codec=wrong',
    ...ofText('wrong', 'announces H.265 for H.264', 'codec-not-announced', (text) =>
      text.replace(/avc1\.[0-9a-f]{6}/gi, 'hvc1.1.6.L93.B0'),
    ),
  },
  'segment-duration': {
    example: 'segment-duration=wrong',
    ...ofText('wrong', 'announces segments of a tenth of their length', 'segment-duration-off', (text) =>
      text.replace(/ duration="(\d+)"/g, (_all, units) => ` duration="${Number(units) / 10}"`),
    ),
  },
  mpd: {
    example: 'mpd=malformed',
    ...ofText(
      'malformed',
      'sends half of the first MPD',
      'mpd-malformed',
      (text) => text.slice(0, text.length / 2),
      firstManifest,
    ),
  },
  namespace: {
    example: 'namespace=wrong',
    ...ofText('wrong', 'writes MPDs in the namespace of a draft', 'mpd-namespace', (text) =>
      text.replace('urn:mpeg:dash:schema:mpd:2011', 'urn:mpeg:DASH:schema:MPD:2009'),
    ),
  },
  bandwidth: {
    example: 'bandwidth=missing',
    ...ofText('missing', 'writes MPDs without @bandwidth', 'mpd-incomplete', (text) =>
      text.replace(/ bandwidth="\d+"/g, ''),
    ),
  },
  'start-number': {
    example: 'start-number=misspelt',
    ...ofText('misspelt', 'writes @startnumber into MPDs', 'mpd-name-unknown', (text) =>
      text.replaceAll('startNumber', 'startnumber'),
    ),
  },
  'buffer-time': {
    example: 'buffer-time=wrong',
    ...ofText('wrong', 'writes minBufferTime="8 s" into MPDs', 'mpd-value', (text) =>
      text.replace(/minBufferTime="[^"]*"/, 'minBufferTime="8 s"'),
    ),
  },
  url: {
    example: 'url=absolute',
    ...ofText('absolute', 'names another host in MPDs', 'manifest-url-absolute', (text) =>
      text.replace(/media="/g, 'media="https://camera.example/'),
    ),
  },
  'url-outside': {
    example: 'url-outside=yes',
    ...ofText('yes', 'names files above the publishing point in MPDs', 'manifest-url-outside', (text) =>
      text.replace(/media="/g, 'media="../../../'),
    ),
  },
  'manifest-size': {
    example: 'manifest-size=huge',
    ...ofText(
      'huge',
      'sends a first manifest of more than 4 MiB',
      'manifest-too-large',
      (text) => `${text}<!--${' '.repeat(2 ** 22)}-->`,
      firstManifest,
    ),
  },
  list: {
    example: 'list=short',
    ...ofText(
      'short',
      'leaves a segment out of the last MPD',
      'manifest-omits-segments',
      (text) => text.replace(/<S d="\d+"\/><\/SegmentTimeline>/g, '</SegmentTimeline>'),
      lastManifest,
    ),
  },
  'list-long': {
    example: 'list-long=yes',
    ...ofText(
      'yes',
      'lists segments in the last MPD that never came',
      'manifest-names-missing-segments',
      (text) => text.replace(/(<S d="\d+"\/>)<\/SegmentTimeline>/g, '$1$1$1</SegmentTimeline>'),
      lastManifest,
    ),
  },
  'track-list': {
    example: 'track-list=short',
    ...ofText(
      'short',
      'leaves audio out of the last MPD',
      'manifest-omits-track',
      (text) => text.replace(/\n {4}<AdaptationSet id="1"[\s\S]*?<\/AdaptationSet>/, ''),
      lastManifest,
    ),
  },
  timing: {
    example: 'timing=wrong',
    ...ofText(
      'wrong',
      'begins the last MPD two segments late',
      'manifest-timing-off',
      (text) =>
        text.replace(/<S t="0" d="(\d+)"/g, (_all, units) => `<S t="${2 * Number(units)}" d="${units}"`),
      lastManifest,
    ),
  },
  name: {
    takes: 'segment',
    example: 'name=2',
    does: 'calls segment 2 otherwise than the MPD says',
    finding: 'name-not-announced',
    profile: 'dash-if-2',
    apply: (plan, nth) =>
      change(plan, nthSegment(nth), (object) => ({
        ...object,
        path: object.path.replace(/(\d+)\.m4s$/, 'part-$1.m4s'),
      })),
  },
  playlist: {
    takes: { word: 'missing' },
    example: 'playlist=missing',
    does: 'sends no playlist of a track before its end',
    finding: 'init-before-playlist',
    profile: 'hls',
    apply: (plan) =>
      remove(
        plan,
        (object, all) =>
          object.role === 'manifest' && !firstManifest(object, all) && !isFinalPlaylist(object, all),
      ),
  },
  multivariant: {
    takes: { word: 'missing' },
    example: 'multivariant=missing',
    does: 'sends no multivariant playlist',
    finding: 'hls-playlist-no-session',
    profile: 'hls',
    apply: (plan) => remove(plan, firstManifest),
  },
  extm3u: {
    example: 'extm3u=missing',
    ...ofPlaylist('missing', 'leaves #EXTM3U out of the last playlists', 'playlist-malformed', (text) =>
      text.replace('#EXTM3U\n', ''),
    ),
  },
  endlist: {
    example: 'endlist=missing',
    ...ofPlaylist(
      'missing',
      'leaves EXT-X-ENDLIST out of the last playlists',
      'hls-final-no-endlist',
      (text) => text.replace('#EXT-X-ENDLIST\n', ''),
    ),
  },
  vod: {
    example: 'vod=missing',
    ...ofPlaylist('missing', 'says that the last playlists are of type EVENT', 'hls-final-not-vod', (text) =>
      text.replace(':VOD', ':EVENT'),
    ),
  },
  'target-duration': {
    example: 'target-duration=low',
    ...ofPlaylist(
      'low',
      'says in the last playlists that segments last 1 s',
      'playlist-target-duration',
      (text) => text.replace(/TARGETDURATION:\d+/, 'TARGETDURATION:1'),
    ),
  },
  map: {
    example: 'map=missing',
    ...ofPlaylist('missing', 'leaves EXT-X-MAP out of the last playlists', 'playlist-map-absent', (text) =>
      text.replace(/#EXT-X-MAP.*\n/, ''),
    ),
  },
  extinf: {
    takes: 'segment',
    example: 'extinf=2',
    does: 'sends segment 2 without X-EXTINF-duration',
    finding: 'extinf-header-missing',
    profile: 'hls',
    apply: (plan, nth) =>
      change(plan, nthSegment(nth), ({ headers: { 'X-EXTINF-duration': _, ...headers }, ...object }) => ({
        ...object,
        headers,
      })),
  },
  'extinf-invalid': {
    takes: 'segment',
    example: 'extinf-invalid=2',
    does: 'sends segment 2 with X-EXTINF-duration: nan',
    finding: 'extinf-header-invalid',
    profile: 'hls',
    apply: (plan, nth) => change(plan, nthSegment(nth), (object) => withExtinf(object, 'nan')),
  },
  'extinf-wrong': {
    takes: 'segment',
    example: 'extinf-wrong=2',
    does: 'says that segment 2 lasts 9 s',
    finding: 'duration-header-off',
    profile: 'hls',
    apply: (plan, nth) => change(plan, nthSegment(nth), (object) => withExtinf(object, '9.000')),
  },
} as const satisfies Readonly<Record<string, Fault>>

const withExtinf = <T extends { readonly headers: Readonly<Record<string, string>> }>(
  object: T,
  seconds: string,
): T => ({ ...object, headers: { ...object.headers, 'X-EXTINF-duration': seconds } })
