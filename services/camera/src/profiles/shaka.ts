import { mpdText } from './mpd.ts'
import { initObject, mpdObject, numbersOf, segmentObject, tracksOf } from './objects.ts'
import type { PlannedObject, Profile } from './plan.ts'

/** shaka-packager with a live MPD, which it sends again after each segment. */
export const shaka: Profile = {
  summary: 'shaka-packager: an MPD after each segment',
  interface: 'cmaf-ingest',
  keepsConnections: false,
  newSession: () => '1',
  planOf: (recording) => {
    const tracks = tracksOf(recording.clip)
    const mpd = (listed: number, at: number) =>
      mpdObject('manifest.mpd', at, () =>
        mpdText(recording, {
          type: 'dynamic',
          tracks,
          listed,
          startNumber: 1,
          initialization: 'TRACK/init.mp4',
          media: 'TRACK/$Number$.m4s',
        }),
      )
    const objects = [
      ...tracks.map((track) => initObject(`${track.name}/init.mp4`, track)),
      ...numbersOf(recording).flatMap((nth) => {
        const segments = tracks.map((track) =>
          segmentObject(`${track.name}/${nth}.m4s`, recording, track, nth),
        )
        return [...segments, mpd(nth, segments[0]?.at ?? 0)]
      }),
    ]
    return objects.map(asOctets)
  },
}

const asOctets = (object: PlannedObject): PlannedObject => ({
  ...object,
  headers: { 'Content-Type': 'application/octet-stream', 'User-Agent': 'shaka-packager' },
})
