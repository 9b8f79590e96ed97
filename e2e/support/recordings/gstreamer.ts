import { mustRun, run } from '../../server/run.ts'
import { pushFolder } from './folder.ts'
import { explain, multiplexedHeader, type Recording } from './recording.ts'

export async function hasGstreamer(): Promise<boolean> {
  return run('gst-inspect-1.0', ['hlssink2']).then(
    ({ code }) => code === 0,
    () => false,
  )
}

/** A pipeline after `d.`, a demultiplexer with pads video_0 and audio_0, that writes files to the working directory. */
const pipeline = (name: string, sinks: readonly string[]): Recording => ({
  name: `GStreamer ${name}`,
  push: (to) =>
    pushFolder(to, async (cwd) => {
      const source = ['filesrc', `location=${to.media.source}`, '!', 'qtdemux', 'name=d']
      const launched = ['-q', '-e', ...source, ...sinks.flatMap((sink) => sink.split(' '))]
      await mustRun('gst-launch-1.0', launched, { cwd })
    }),
})

/**
 * The parts of a file wait until the pipeline plays, as those of a live source do, and then come as fast as they are
 * read. Otherwise splitmuxsink of 1.22, which hlssink2 contains, at times starts the sink of its next file while the
 * pipeline starts to play; the pipeline then never counts as playing and keeps the end of the stream to itself.
 */
const paced =
  'queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! identity sync=true ts-offset=-60000000000'
const video = `d.video_0 ! ${paced} ! h264parse !`
const audio = `d.audio_0 ! ${paced} ! aacparse !`

export const gstreamerRecordings: readonly Recording[] = [
  explain(
    pipeline('mp4mux, one stream of fragments for each track', [
      `${video} mp4mux fragment-duration=1000 streamable=true ! filesink location=video.mp4`,
      `${audio} mp4mux fragment-duration=1000 streamable=true ! filesink location=audio.mp4`,
    ]),
    { 'base-not-moof': 'mp4mux leaves default-base-is-moof out (ISO/IEC 23000-19, 7.5)' },
  ),
  explain(
    pipeline('splitmuxsink', [
      'splitmuxsink name=s location=clip%05d.mp4 max-size-time=2000000000',
      `${video} s.video`,
      `${audio} s.audio_0`,
    ]),
    multiplexedHeader,
  ),
  pipeline('hlssink2', [
    'hlssink2 name=s location=seg%05d.ts playlist-location=live.m3u8 target-duration=2 max-files=0 playlist-length=0',
    `${video} s.video`,
    `${audio} s.audio`,
  ]),
]
