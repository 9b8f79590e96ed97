import { durationOf, segmentSeconds } from '../media/clip.ts'
import { type NamedTrack, secondsOf } from './objects.ts'
import type { SessionSetup } from './plan.ts'

/** How a camera writes its MPDs. */
export interface MpdStyle {
  readonly type: 'dynamic' | 'static'
  readonly tracks: readonly NamedTrack[]
  readonly startNumber: number
  /** Paths in a SegmentTemplate; `TRACK` stands for the name of the track. */
  readonly initialization: string
  readonly media: string
  /** How many segments the timeline lists; null for an MPD with @duration and no timeline. */
  readonly listed: number | null
}

export function mpdText(recording: SessionSetup, style: MpdStyle): string {
  const { startedAt } = recording
  const start = startedAt.toISOString()
  const about =
    style.type === 'dynamic'
      ? `availabilityStartTime="${start}" publishTime="${start}" minimumUpdatePeriod="PT500S"`
      : `mediaPresentationDuration="PT${secondsOf(recording)}S"`
  return `<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="${style.type}"
  ${about} maxSegmentDuration="PT${segmentSeconds}S" minBufferTime="PT8S">
  <Period id="0" start="PT0S">${style.tracks.map((track, id) => adaptationSet(recording, style, track, id)).join('')}
  </Period>
</MPD>
`
}

function adaptationSet(recording: SessionSetup, style: MpdStyle, track: NamedTrack, id: number): string {
  const { name, kind, media } = track
  const about =
    kind === 'video'
      ? `mimeType="video/mp4" codecs="${media.codec}" width="640" height="360" bandwidth="600000"`
      : `mimeType="audio/mp4" codecs="${media.codec}" audioSamplingRate="48000" bandwidth="64000"`
  const named = (path: string) => path.replaceAll('TRACK', name)
  return `
    <AdaptationSet id="${id}" contentType="${kind}" segmentAlignment="true">
      <Representation id="${name}" ${about}>
        <SegmentTemplate timescale="${media.timescale}" duration="${segmentSeconds * media.timescale}" startNumber="${style.startNumber}"
          initialization="${named(style.initialization)}" media="${named(style.media)}">${timeline(recording, style, track)}</SegmentTemplate>
      </Representation>
    </AdaptationSet>`
}

function timeline({ clip }: SessionSetup, { listed }: MpdStyle, { media }: NamedTrack): string {
  if (listed === null) return ''
  const durations = Array.from({ length: listed }, (_, at) => durationOf(clip, media, at + 1))
  const entries = durations.map((duration, at) => `<S${at === 0 ? ' t="0"' : ''} d="${duration}"/>`)
  return `<SegmentTimeline>${entries.join('')}</SegmentTimeline>`
}
