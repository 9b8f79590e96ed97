import { type ClipTrack, durationOf, segmentSeconds } from '../media/clip.ts'
import { matterTracks, segmentName } from './matter.ts'
import { type NamedTrack, numbersOf, playlistObject, secondsOf, tracksOf } from './objects.ts'
import type { PlannedObject, Profile, SessionSetup } from './plan.ts'

/**
 * A Matter camera with interface 2 HLS. It sends the multivariant playlist, an empty playlist of each track, init
 * segments, segments with their duration in a header, and at the end the whole playlist of each track.
 */
export const matterHls: Profile = {
  summary: 'Matter, HLS',
  interface: 'hls',
  keepsConnections: false,
  newSession: () => '1',
  planOf: (recording) => {
    const { clip, session } = recording
    const tracks = tracksOf(clip)
    const end = secondsOf(recording)
    const playlist = ({ name }: NamedTrack, at: number, lines: readonly string[]) =>
      playlistObject(`session_${session}/${name}/index.m3u8`, at, () => [...head, ...lines])
    return [
      playlistObject(`session_${session}/index.m3u8`, segmentSeconds, () => [
        '#EXTM3U',
        '#EXT-X-VERSION:7',
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="audio",URI="audio/index.m3u8"',
        `#EXT-X-STREAM-INF:BANDWIDTH=700000,CODECS="${clip.video.codec},${clip.audio.codec}",AUDIO="a"`,
        'video/index.m3u8',
      ]),
      ...tracks.map((track) => playlist(track, segmentSeconds, [])),
      ...matterTracks(recording).map((object) => withDuration(object, recording)),
      ...tracks.map((track) => playlist(track, end, wholeList(recording, track))),
    ]
  },
}

const head = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:5']

function withDuration(object: PlannedObject, recording: SessionSetup): PlannedObject {
  if (object.role !== 'segment') return object
  const { video, audio } = recording.clip
  const seconds = secondsOfSegment(recording, object.track === 'video' ? video : audio, object.nth)
  return { ...object, headers: { ...object.headers, 'X-EXTINF-duration': seconds } }
}

const wholeList = (recording: SessionSetup, { name, media }: NamedTrack): readonly string[] => [
  `#EXT-X-MAP:URI="${name}.init"`,
  '#EXT-X-PLAYLIST-TYPE:VOD',
  ...numbersOf(recording).flatMap((nth) => [
    `#EXTINF:${secondsOfSegment(recording, media, nth)},`,
    segmentName(nth),
  ]),
  '#EXT-X-ENDLIST',
]

const secondsOfSegment = ({ clip }: SessionSetup, media: ClipTrack, nth: number): string =>
  (durationOf(clip, media, nth) / media.timescale).toFixed(3)
