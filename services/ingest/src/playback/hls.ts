import { bandwidthOf, isoTimeOf } from './playback-mpd.ts'
import type { Period, PeriodTrack, Timeline } from './playback-timeline.ts'

/** A multivariant playlist (RFC 8216): each video is a variant, sound is one group. */
export function multivariantOf({ periods }: Timeline): string {
  const tracks = tracksOf(periods)
  const audio = tracks.filter(({ init }) => init.handler === 'soun')
  const video = tracks.filter(({ init }) => init.handler === 'vide')
  const hasGroup = audio.length > 0 && video.length > 0
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(hasGroup ? audio.map(mediaLine) : []),
    ...(video.length > 0 ? video : audio).flatMap((track) => variantLines(track, hasGroup ? audio : [])),
  ]
  return `${lines.join('\n')}\n`
}

function mediaLine({ name, init }: PeriodTrack, index: number): string {
  const isDefault = index === 0 ? 'YES' : 'NO'
  const language =
    /^[a-z]{3}$/.test(init.language) && init.language !== 'und' ? `,LANGUAGE="${init.language}"` : ''
  return `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="${quotable(name)}",DEFAULT=${isDefault},AUTOSELECT=YES${language},URI="${playlistUri(name)}"`
}

function variantLines(track: PeriodTrack, audio: readonly PeriodTrack[]): string[] {
  const { name, init } = track
  const bandwidth = bandwidthOf(track) + Math.max(0, ...audio.map(bandwidthOf))
  const codecs = [init.codec, ...audio.map((one) => one.init.codec)]
  const facts = [
    `BANDWIDTH=${bandwidth}`,
    `CODECS="${quotable([...new Set(codecs)].join(','))}"`,
    ...(init.width && init.height ? [`RESOLUTION=${Math.round(init.width)}x${Math.round(init.height)}`] : []),
    ...(audio.length > 0 ? ['AUDIO="audio"'] : []),
  ]
  return [`#EXT-X-STREAM-INF:${facts.join(',')}`, playlistUri(name)]
}

const playlistUri = (track: string): string => `${encodeURIComponent(track)}/media.m3u8`

/** A quoted attribute holds no quote and no line break. */
const quotable = (text: string): string => text.replace(/["\p{Cc}]/gu, '_')

/** The tracks of all periods, each as in its newest one. */
function tracksOf(periods: readonly Period[]): readonly PeriodTrack[] {
  const tracks = new Map<string, PeriodTrack>()
  for (const { tracks: some } of periods) for (const track of some) tracks.set(track.name, track)
  return [...tracks.values()]
}

interface MediaPlaylistOptions {
  readonly isLive: boolean
  /** The number of segments that have left the playlist. */
  readonly mediaSequence: number
}

/**
 * The media playlist of one track; null when the timeline has none of that name. While the session goes on it has no
 * playlist type, because players do not take an EVENT for live.
 */
export function mediaPlaylistOf(
  { periods, leftPeriods }: Timeline,
  track: string,
  { isLive, mediaSequence }: MediaPlaylistOptions,
): string | null {
  const mine = periods.flatMap(({ tracks }, index) =>
    tracks.filter(({ name }) => name === track).map((period) => ({ ...period, index: leftPeriods + index })),
  )
  const [first] = mine
  if (!first) return null
  const longest = mine.reduce(
    (found, { init, segments }) =>
      segments.reduce((seconds, { duration }) => Math.max(seconds, duration / init.timescale), found),
    0,
  )
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(longest))}`,
    `#EXT-X-MEDIA-SEQUENCE:${mediaSequence}`,
    ...(first.index > 0 ? [`#EXT-X-DISCONTINUITY-SEQUENCE:${first.index}`] : []),
    ...(isLive ? [] : ['#EXT-X-PLAYLIST-TYPE:VOD']),
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...mine.flatMap((period, i) => segmentLines(period, period.index - (mine[i - 1] ?? first).index)),
    ...(isLive ? [] : ['#EXT-X-ENDLIST']),
  ]
  return `${lines.join('\n')}\n`
}

/** A discontinuity for each period that begins, also for those without the track: all tracks count the same ones. */
function segmentLines({ init, segments }: PeriodTrack, discontinuities: number): string[] {
  const [first] = segments
  const beginMs = first ? first.receivedMs - (first.duration * 1_000) / init.timescale : 0
  return [
    ...Array<string>(discontinuities).fill('#EXT-X-DISCONTINUITY'),
    `#EXT-X-MAP:URI="${encodeURIComponent(init.upload)}/init.mp4"`,
    `#EXT-X-PROGRAM-DATE-TIME:${isoTimeOf(beginMs)}`,
    ...segments.flatMap(({ decodeTime, duration }) => [
      `#EXTINF:${Number((duration / init.timescale).toFixed(6))},`,
      `${decodeTime}.m4s`,
    ]),
  ]
}
