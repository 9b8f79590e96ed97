import { mustRun } from '../../server/run.ts'
import type { RecordedObject } from './matter-recording.ts'

/** Turns a recording of a dash stream into one of an hls stream: the same media, with playlists in place of MPDs. */
export async function asHls(recording: readonly RecordedObject[]): Promise<readonly RecordedObject[]> {
  const inits = recording.filter(({ path }) => path.endsWith('.init'))
  const names = inits.map(trackOf)
  const segments = await Promise.all(
    recording.filter(({ path }) => path.endsWith('.m4s')).map((segment) => timed(segment, inits)),
  )
  const multivariant = playlistAt('session_1', [
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="audio",URI="audio/index.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=700000,CODECS="avc1.42c01e,mp4a.40.2",AUDIO="a"',
    'video/index.m3u8',
  ])
  const initials = names.map((name) => playlistAt(`session_1/${name}`, head))
  const finals = names.map((name) => {
    const own = segments.filter((segment) => trackOf(segment) === name)
    const listed = own.flatMap(({ path, seconds }) => [`#EXTINF:${seconds},`, path.split('/').at(-1) ?? ''])
    const map = `#EXT-X-MAP:URI="${name}.init"`
    const lines = [...head, map, '#EXT-X-PLAYLIST-TYPE:VOD', ...listed, '#EXT-X-ENDLIST']
    return playlistAt(`session_1/${name}`, lines)
  })
  return [multivariant, ...initials, ...inits, ...segments, ...finals]
}

const head = ['#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:5']

const trackOf = ({ path }: RecordedObject): string => path.split('/')[1] ?? ''

/** Adds the header with the duration that ffprobe computes. */
async function timed(
  segment: RecordedObject,
  inits: readonly RecordedObject[],
): Promise<RecordedObject & { seconds: string }> {
  const init = inits.find((init) => trackOf(init) === trackOf(segment))
  if (!init) throw new Error(`no init segment for ${segment.path}`)
  const args = ['-v', 'error', '-show_entries', 'packet=duration_time', '-of', 'csv=p=0', '-']
  const { stdout } = await mustRun('ffprobe', args, { input: Buffer.concat([init.body, segment.body]) })
  // Lines of packets with side data have empty columns after the number.
  const durations = [...String(stdout).matchAll(/^\d+\.\d+/gm)].map(Number)
  const seconds = durations.reduce((sum, duration) => sum + duration, 0).toFixed(3)
  return { ...segment, seconds, headers: [`X-EXTINF-duration: ${seconds}`] }
}

const playlistAt = (folder: string, lines: readonly string[]): RecordedObject => ({
  path: `${folder}/index.m3u8`,
  type: 'application/vnd.apple.mpegurl',
  body: Buffer.from(`#EXTM3U\n${lines.join('\n')}\n`),
})
