import { mustRun, run } from '../../server/run.ts'
import { pushFolder } from './folder.ts'
import { explain, type Recording } from './recording.ts'

export async function hasGstreamer(): Promise<boolean> {
  return run('gst-inspect-1.0', ['hlssink2']).then(
    ({ code }) => code === 0,
    () => false,
  )
}

/** A pipeline behind `d.`, a demultiplexer with pads video_0 and audio_0; files go into the working directory. */
const pipeline = (name: string, sinks: readonly string[]): Recording => ({
  name: `GStreamer ${name}`,
  push: (to) =>
    pushFolder(to, async (cwd) => {
      const source = ['filesrc', `location=${to.media.source}`, '!', 'qtdemux', 'name=d']
      await mustRun(
        'timeout',
        ['20', 'gst-launch-1.0', '-q', '-e', ...source, ...sinks.flatMap((sink) => sink.split(' '))],
        {
          cwd,
        },
      )
    }),
})

const video = 'd.video_0 ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! h264parse !'
const audio = 'd.audio_0 ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! aacparse !'

/** Without splitmuxsink and dashsink, which block now and then in 1.22 when their input is a file. */
export const gstreamerRecordings: readonly Recording[] = [
  explain(
    pipeline('mp4mux, one stream of fragments for each track', [
      `${video} mp4mux fragment-duration=1000 streamable=true ! filesink location=video.mp4`,
      `${audio} mp4mux fragment-duration=1000 streamable=true ! filesink location=audio.mp4`,
    ]),
    { 'base-not-moof': 'mp4mux leaves default-base-is-moof out (ISO/IEC 23000-19, 7.5)' },
  ),
  explain(
    pipeline('hlssink2', [
      'hlssink2 name=s location=seg%05d.ts playlist-location=live.m3u8 target-duration=2 max-files=0 playlist-length=0',
      `${video} s.video`,
    ]),
    { extension: 'MPEG-2 TS is no CMAF, which is all that cmaf-ingest takes' },
  ),
]
