import { segmentSeconds } from '../media/clip.ts'
import { type MpdStyle, mpdText } from './mpd.ts'
import { initObject, mpdObject, numbersOf, secondsOf, segmentObject, tracksOf } from './objects.ts'
import type { PlannedObject, Profile, SessionSetup } from './plan.ts'

const firstNumber = 1001

/**
 * A Matter camera with interface 2 DASH. It sends the dynamic MPD, all init segments, the segments of all tracks in
 * turn, and the static MPD (Matter, 11.7.1.8.1).
 */
const matterDash = (release: string, media: string, firstListed: number | null): Profile => ({
  summary: `Matter ${release}, DASH`,
  interface: 'dash',
  keepsConnections: false,
  newSession: () => '1',
  planOf: (recording) => {
    const tracks = tracksOf(recording.clip)
    const mpd = (type: MpdStyle['type'], at: number, listed: number | null) =>
      mpdObject(`session_${recording.session}/index.mpd`, at, () =>
        mpdText(recording, {
          type,
          tracks,
          listed,
          media,
          startNumber: firstNumber,
          initialization: 'TRACK/TRACK.init',
        }),
      )
    return [
      mpd('dynamic', segmentSeconds, firstListed),
      ...matterTracks(recording),
      mpd('static', secondsOf(recording), recording.segments),
    ]
  },
})

/** The init segments of all tracks, then their segments. */
export function matterTracks(recording: SessionSetup): readonly PlannedObject[] {
  const tracks = tracksOf(recording.clip)
  const folder = `session_${recording.session}`
  return [
    ...tracks.map((track) => initObject(`${folder}/${track.name}/${track.name}.init`, track)),
    ...numbersOf(recording).flatMap((nth) =>
      tracks.map((track) =>
        segmentObject(`${folder}/${track.name}/${segmentName(nth)}`, recording, track, nth),
      ),
    ),
  ]
}

export const segmentName = (nth: number): string => `segment_${firstNumber - 1 + nth}.m4s`

export const matter16 = matterDash('1.6', 'TRACK/segment_$Number$.m4s', null)
export const matter15 = matterDash('1.5', 'TRACK/segment_$Number%04d$.m4s', 1)
