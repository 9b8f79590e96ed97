import type { InitView } from '../init-view.ts'
import { noneLeft } from '../left-segments.ts'
import type { TrackSegments } from '../playback-timeline.ts'

export const startMs = Date.parse('2026-01-01T00:00:00.000Z')

/** A track of pictures with one init segment. */
export const video = (fromSeconds: number, count: number, number = 0): TrackSegments =>
  trackOf('video', fromSeconds, count, number, {
    upload: 'i1',
    sha256: 'i1',
    handler: 'vide',
    codec: 'avc1.4d401f',
    width: 640,
    height: 360,
    language: 'und',
    timescale: 1_000,
    trackId: 1,
    sampleDuration: 0,
    sampleFlags: 0,
  })

/** A track of sound with one init segment. */
export const audio = (fromSeconds: number, count: number): TrackSegments =>
  trackOf('audio', fromSeconds, count, 0, {
    upload: 'a1',
    sha256: 'a1',
    handler: 'soun',
    codec: 'mp4a.40.2',
    width: null,
    height: null,
    language: 'deu',
    timescale: 48_000,
    trackId: 2,
    sampleDuration: 0,
    sampleFlags: 0,
  })

/** Segments of two seconds, received at their ends. */
function trackOf(
  name: string,
  fromSeconds: number,
  count: number,
  number: number,
  initView: InitView,
): TrackSegments {
  const segments = Array.from({ length: count }, (_, i) => ({
    upload: `${name[0]}${number + i}`,
    init: initView.upload,
    shift: 0,
    decodeTime: (fromSeconds + 2 * i) * initView.timescale,
    duration: 2 * initView.timescale,
    bytes: 1_000,
    receivedMs: startMs + (2 * i + 2) * 1_000,
    isSound: true,
    initView,
  }))
  const [first] = segments
  if (!first) throw new Error('a track has segments')
  return { name, first, firstInit: initView, segments, left: noneLeft }
}

/** The same segments in a clip whose own times are some seconds earlier. */
export const shifted = (track: TrackSegments, seconds: number): TrackSegments => ({
  ...track,
  segments: track.segments.map((segment) => ({ ...segment, shift: seconds * segment.initView.timescale })),
})

/** The same segments of another init segment. */
export const withInit = (track: TrackSegments, initView: InitView): TrackSegments => ({
  ...track,
  segments: track.segments.map((segment) => ({ ...segment, init: initView.upload, initView })),
})
