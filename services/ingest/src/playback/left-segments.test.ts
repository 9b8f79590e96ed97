import { deepEqual, equal, ok } from 'node:assert/strict'
import { mediaPlaylistOf } from './hls.ts'
import type { PlacedMedia } from './init-view.ts'
import { addLeft, noneLeft } from './left-segments.ts'
import { type TrackSegments, timelineOf } from './playback-timeline.ts'
import { audio, video, withInit } from './testing/tracks.ts'

describe('the numbers of a live playlist', () => {
  it('stay with their segments while others leave, whatever came twice, overlaps or changes', () => {
    const whole = [pictures(), sound()]
    const expected = new Map(whole.map(({ name }) => [name, numbersIn(whole, name)]))
    let windows = 0
    for (let fromSeconds = 0; fromSeconds < 58; fromSeconds += 2) {
      const tracks = whole.map((track) => windowOf(track, fromSeconds))
      if (tracks.some(({ segments }) => segments.length === 0)) continue
      windows++
      for (const { name } of whole)
        for (const [uri, numbers] of numbersIn(tracks, name))
          deepEqual(numbers, expected.get(name)?.get(uri), `${uri} of ${name} from ${fromSeconds} s`)
    }
    ok(windows > 20)
    equal(expected.get('video')?.get('56000.m4s')?.discontinuity, 2)
  })

  it('are the same however many segments leave at once', () => {
    const { segments } = pictures()
    const atOnce = addLeft(noneLeft, segments)
    deepEqual(
      segments.reduce((left, segment) => addLeft(left, [segment]), noneLeft),
      atOnce,
    )
    equal(atOnce.count, 29)
    deepEqual(atOnce.switches, [20, 40])
  })

  it('count the periods that a track has no part in', () => {
    const late = audio(22, 5)
    const tracks = [pictures(), { ...late, first: audio(0, 1).first }]
    equal(numbersIn(tracks, 'audio').get(`${22 * 48_000}.m4s`)?.discontinuity, 1)
    const early = [pictures(), joined(audio(0, 5), audio(44, 5))]
    const numbers = numbersIn(early, 'audio')
    deepEqual(
      [0, 44].map((seconds) => numbers.get(`${seconds * 48_000}.m4s`)?.discontinuity),
      [0, 2],
    )
  })
})

/** A minute of pictures in three sizes; one segment comes twice, one overlaps, one is missing. */
function pictures(): TrackSegments {
  const first = video(0, 10)
  const second = withInit(video(20, 10, 10), { ...first.firstInit, upload: 'i2', sha256: 'i2', width: 1_280 })
  const third = withInit(video(40, 10, 20), { ...first.firstInit, upload: 'i3', sha256: 'i3', width: 320 })
  const track = joined(first, second, third)
  const segments = track.segments.flatMap((segment): readonly PlacedMedia[] => {
    if (segment.decodeTime === 8_000) return [segment, { ...segment, upload: 'again' }]
    if (segment.decodeTime === 14_000) return [segment, { ...segment, decodeTime: 15_000 }]
    return segment.decodeTime === 30_000 ? [] : [segment]
  })
  return { ...track, segments }
}

/** It changes a little after the picture, within the same period. */
function sound(): TrackSegments {
  const first = audio(0, 10)
  return joined(
    first,
    withInit(audio(20, 20), { ...first.firstInit, upload: 'a2', sha256: 'a2', codec: 'opus' }),
  )
}

const joined = (first: TrackSegments, ...others: readonly TrackSegments[]): TrackSegments => ({
  ...first,
  segments: [first, ...others].flatMap(({ segments }) => segments),
})

function windowOf(track: TrackSegments, fromSeconds: number): TrackSegments {
  const isLeft = ({ decodeTime, initView }: PlacedMedia) => decodeTime / initView.timescale < fromSeconds
  const left = addLeft(noneLeft, track.segments.filter(isLeft))
  return { ...track, segments: track.segments.filter((segment) => !isLeft(segment)), left }
}

/** The number and the discontinuities before each segment, as a client counts them (RFC 8216, 6.3.2). */
function numbersIn(tracks: readonly TrackSegments[], name: string) {
  const timeline = timelineOf(tracks)
  const mediaSequence = tracks.find((track) => track.name === name)?.left.count ?? 0
  const text = timeline && mediaPlaylistOf(timeline, name, { isLive: true, mediaSequence })
  const numbers = new Map<string, { readonly sequence: number; readonly discontinuity: number }>()
  let [sequence, discontinuity] = [0, 0]
  for (const line of text?.split('\n') ?? []) {
    const [, tag, value] = /^#EXT-X-(MEDIA|DISCONTINUITY)-SEQUENCE:(\d+)$/.exec(line) ?? []
    if (tag === 'MEDIA') sequence = Number(value)
    else if (tag === 'DISCONTINUITY') discontinuity = Number(value)
    else if (line === '#EXT-X-DISCONTINUITY') discontinuity++
    else if (line.endsWith('.m4s')) numbers.set(line, { sequence: sequence++, discontinuity })
  }
  return numbers
}
