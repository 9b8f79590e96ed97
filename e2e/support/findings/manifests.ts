/** Parts of an MPD for tests. The rest is as a Matter camera writes it. */
export interface MpdParts {
  readonly tracks?: readonly string[]
  readonly codecs?: string
  /** How many segments of a second it lists. */
  readonly seconds?: number
  readonly from?: number
  /** A prefix of the names of segments. */
  readonly at?: string
  readonly baseUrl?: string
  readonly start?: string
  readonly periods?: number
}

export function mpdText(type: 'dynamic' | 'static', parts: MpdParts = {}): string {
  const { start = 'PT0S', periods = 1, baseUrl } = parts
  const sets = (parts.tracks ?? ['video']).map((track) => adaptationSet(track, parts)).join('')
  const base = baseUrl === undefined ? '' : `<BaseURL>${baseUrl}</BaseURL>`
  const times = type === 'dynamic' ? live : `mediaPresentationDuration="PT${parts.seconds ?? 1}S"`
  const numbers = Array.from({ length: periods }, (_, at) => at)
  return `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="${type}"
  minBufferTime="PT2S" ${times}>${base}${numbers
    .map(
      (id) => `
  <Period id="${id}" start="${start}">${sets}
  </Period>`,
    )
    .join('')}
</MPD>
`
}

const live =
  'availabilityStartTime="1970-01-01T00:00:00Z" publishTime="2026-01-01T00:00:00Z" minimumUpdatePeriod="PT9S"'

function adaptationSet(track: string, parts: MpdParts): string {
  const { codecs = 'avc1.4d401f', seconds, from = 0, at = '' } = parts
  const timeline =
    seconds === undefined
      ? ''
      : `<SegmentTimeline><S t="${from * 1_000}" d="1000" r="${seconds - 1}"/></SegmentTimeline>`
  return `
    <AdaptationSet contentType="video"><Representation id="${track}" mimeType="video/mp4" codecs="${codecs}" bandwidth="600000">
      <SegmentTemplate timescale="1000" duration="1000" startNumber="1001"
        initialization="${track}/${track}.init" media="${at}${track}/segment_$Number$.m4s">${timeline}</SegmentTemplate>
    </Representation></AdaptationSet>`
}

/** An MPD as DASH-IF wants it: one set of tracks, templates that fit all of them, times from the Unix epoch. */
export function neatMpdText(tracks: readonly string[], media = [neatMedia], start = '1970-01-01'): string {
  const representations = tracks.map((track, at) => {
    const template = media[at] ?? neatMedia
    return `
      <Representation id="${track}" mimeType="video/mp4" bandwidth="600000"><SegmentTemplate timescale="1000" duration="1000"
        startNumber="1" initialization="$RepresentationID$/init.mp4" media="${template}"/></Representation>`
  })
  return `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic"
  minBufferTime="PT2S" availabilityStartTime="${start}T00:00:00Z" publishTime="2026-01-01T00:00:00Z"
  minimumUpdatePeriod="PT9S">
  <Period id="0" start="PT0S">
    <AdaptationSet id="v" contentType="video">${representations.join('')}
    </AdaptationSet>
  </Period>
</MPD>
`
}

const neatMedia = '$RepresentationID$/$Number$.m4s'
/** Another valid template. */
export const otherMedia = '$RepresentationID$/x-$Number$.m4s'

export const multivariantText = (tracks: readonly string[]): string =>
  lines(
    '#EXTM3U',
    ...tracks.flatMap((track) => [
      '#EXT-X-STREAM-INF:BANDWIDTH=600000,CODECS="avc1.4d401f"',
      `${track}/index.m3u8`,
    ]),
  )

/** A media playlist with these tags only. */
export const playlistText = (...tags: readonly string[]): string =>
  lines('#EXTM3U', '#EXT-X-VERSION:6', '#EXT-X-TARGETDURATION:1', ...tags)

export const vod = '#EXT-X-PLAYLIST-TYPE:VOD'
export const end = '#EXT-X-ENDLIST'
export const map = (track = 'video'): string => `#EXT-X-MAP:URI="${track}.init"`
export const listed = (count: number, track = 'video'): string[] => [
  map(track),
  ...Array.from({ length: count }, (_, at) => [`#EXTINF:1,`, `segment_${1_001 + at}.m4s`]).flat(),
]

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`
