import { segmentSeconds } from '../media/clip.ts'
import { segmentName } from './matter.ts'
import { initObject, mpdObject, numbersOf, secondsOf, segmentObject } from './objects.ts'
import type { PlannedObject, Profile, SessionSetup } from './plan.ts'

/** Espressif's example for the ESP32-P4: one track; its dynamic and its static MPD have @duration and no timeline. */
export const espressif: Profile = {
  summary: "Espressif's ESP32-P4 example: one track of video, DASH",
  interface: 'dash',
  keepsConnections: true,
  newSession: () => '1',
  planOf: (recording) => {
    const folder = `session_${recording.session}`
    const track = { name: 'video1', kind: 'video', media: recording.clip.video } as const
    const objects = [
      mpdObject(`${folder}/index.mpd`, segmentSeconds, () => espressifMpd(recording, 'dynamic')),
      initObject(`${folder}/video1/video1.init`, track),
      ...numbersOf(recording).map((nth) =>
        segmentObject(`${folder}/video1/${segmentName(nth)}`, recording, track, nth),
      ),
      mpdObject(`${folder}/index.mpd`, secondsOf(recording), () => espressifMpd(recording, 'static')),
    ]
    return objects.map(
      (object): PlannedObject => ({ ...object, headers: { ...object.headers, 'DASH-IF-Ingest': '1.1' } }),
    )
  },
}

function espressifMpd(recording: SessionSetup, type: 'dynamic' | 'static'): string {
  const start = recording.startedAt.toISOString()
  const about =
    type === 'dynamic'
      ? `profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic" availabilityStartTime="${start}" publishTime="${start}" timeShiftBufferDepth="PT30S" minimumUpdatePeriod="PT4S"`
      : `profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" type="static" mediaPresentationDuration="PT${secondsOf(recording)}S"`
  const { codec, timescale } = recording.clip.video
  return `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" ${about} minBufferTime="PT4S">
  <Period id="0" start="PT0S">
    <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
      <Representation id="video1" bandwidth="1000000" codecs="${codec}" width="640" height="360" frameRate="25">
        <SegmentTemplate timescale="${timescale}" duration="${segmentSeconds * timescale}" startNumber="1001"
          initialization="video1/video1.init" media="video1/segment_$Number$.m4s"/>
      </Representation>
    </AdaptationSet>
  </Period>
</MPD>
`
}
