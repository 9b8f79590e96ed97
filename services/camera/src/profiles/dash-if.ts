import { segmentSeconds } from '../media/clip.ts'
import { mpdText } from './mpd.ts'
import { initObject, mpdObject, numbersOf, secondsOf, segmentObject, tracksOf } from './objects.ts'
import type { PlannedObject, Profile } from './plan.ts'

const ingest = { 'DASH-IF-Ingest': '1.2' }
const withIngestHeader = (object: PlannedObject): PlannedObject => ({
  ...object,
  headers: { ...object.headers, ...ingest },
})

/** DASH-IF Live Media Ingest 1.2, interface 1: one long request for each track. */
export const dashIf1: Profile = {
  summary: 'DASH-IF ingest, interface 1: one long request for each track',
  interface: 'cmaf-ingest',
  keepsConnections: true,
  newSession: () => '1',
  planOf: (recording) => {
    const tracks = tracksOf(recording.clip).map((track) => ({
      track,
      type: `${track.kind}/mp4`,
      path: `Streams(${track.name}.${track.kind === 'video' ? 'cmfv' : 'cmfa'})`,
    }))
    const objects = [
      ...tracks.map(({ track, type, path }) => initObject(path, track, type)),
      ...numbersOf(recording).flatMap((nth) =>
        tracks.map(({ track, type, path }) => segmentObject(path, recording, track, nth, type)),
      ),
    ]
    return objects.map((object) => ({ ...withIngestHeader(object), method: 'POST', isLong: true }))
  },
}

/** DASH-IF Live Media Ingest 1.2, interface 2: an MPD, and one request for each object. */
export const dashIf2: Profile = {
  summary: 'DASH-IF ingest, interface 2: an MPD, and a request for each object',
  interface: 'cmaf-ingest',
  keepsConnections: true,
  newSession: () => '1',
  planOf: (recording) => {
    const tracks = tracksOf(recording.clip)
    const mpd = (type: 'dynamic' | 'static', at: number, listed: number | null) =>
      mpdObject('manifest.mpd', at, () =>
        mpdText(recording, {
          type,
          tracks,
          listed,
          startNumber: 1,
          initialization: '$RepresentationID$/init.mp4',
          media: '$RepresentationID$/$Number$.m4s',
        }),
      )
    const objects = [
      mpd('dynamic', segmentSeconds, null),
      ...tracks.map((track) => initObject(`${track.name}/init.mp4`, track, `${track.kind}/mp4`)),
      ...numbersOf(recording).flatMap((nth) =>
        tracks.map((track) =>
          segmentObject(`${track.name}/${nth}.m4s`, recording, track, nth, `${track.kind}/mp4`),
        ),
      ),
      mpd('static', secondsOf(recording), recording.segments),
    ]
    return objects.map(withIngestHeader)
  },
}
