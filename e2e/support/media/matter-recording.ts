import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from '../../server/run.ts'

/** One object of a recording, below the stream. */
export interface RecordedObject {
  readonly path: string
  readonly type: string
  readonly body: Buffer
  /** Further headers. */
  readonly headers?: readonly string[]
}

/** The style of the MPDs of a Matter release's example camera. */
export interface MpdStyle {
  readonly media: string
  readonly dynamicHasTimeline: boolean
}

export const mpdStyles: Readonly<Record<string, MpdStyle>> = {
  'Matter 1.6.1': { media: 'segment_$Number$.m4s', dynamicHasTimeline: false },
  'Matter 1.5 and 1.6': { media: 'segment_$Number%04d$.m4s', dynamicHasTimeline: true },
}

const segmentSeconds = 4
const segmentCount = 3
const startNumber = 1001

const tracks = [
  {
    name: 'video',
    map: '0:v',
    timescale: 12_800,
    mime: 'mimeType="video/mp4" codecs="avc1.42c01e" width="640" height="360"',
  },
  {
    name: 'audio',
    map: '0:a',
    timescale: 48_000,
    mime: 'mimeType="audio/mp4" codecs="mp4a.40.2" audioSamplingRate="48000"',
  },
] as const

type Track = (typeof tracks)[number]

/** A recording of 12 s in the order of a dash stream: dynamic MPD, all inits, tracks in turn, static MPD. */
export async function recordSession(
  source: string,
  directory: string,
  style: MpdStyle,
): Promise<readonly RecordedObject[]> {
  const recorded = await Promise.all(tracks.map((track) => recordTrack(source, directory, track)))
  const inits = recorded.flatMap(([init]) => init ?? [])
  const media = Array.from({ length: segmentCount }, (_, at) => recorded.flatMap((all) => all[at + 1] ?? []))
  return [mpdOf('dynamic', style), ...inits, ...media.flat(), mpdOf('static', style)]
}

/** Records the init segment and the segments of a track. */
async function recordTrack(source: string, parent: string, { name, map }: Track): Promise<RecordedObject[]> {
  const directory = join(parent, name)
  await mkdir(directory, { recursive: true })
  const names = ['-init_seg_name', `${name}.init`, '-media_seg_name', 'segment_$Number$.m4s']
  const dash = [
    '-f',
    'dash',
    '-seg_duration',
    String(segmentSeconds),
    ...names,
    join(directory, 'ignored.mpd'),
  ]
  await mustRun('ffmpeg', ['-v', 'error', '-i', source, '-map', map, '-c', 'copy', ...dash])
  const segments = (await readdir(directory)).filter((file) => file.endsWith('.m4s')).sort()
  const pushed = async (file: string, as: string, type: string) => ({
    path: `session_1/${name}/${as}`,
    type,
    body: await readFile(join(directory, file)),
  })
  return Promise.all([
    pushed(`${name}.init`, `${name}.init`, 'video/mp4'),
    ...segments.map((file, at) => pushed(file, `segment_${startNumber + at}.m4s`, 'video/iso.segment')),
  ])
}

function mpdOf(type: 'dynamic' | 'static', style: MpdStyle): RecordedObject {
  const about =
    type === 'dynamic'
      ? 'availabilityStartTime="2026-01-01T00:00:00Z" publishTime="2026-01-01T00:00:04Z" minimumUpdatePeriod="PT500S"'
      : `mediaPresentationDuration="PT${segmentSeconds * segmentCount}S"`
  const known = type === 'static' ? segmentCount : style.dynamicHasTimeline ? 1 : 0
  const sets = tracks.map((track, at) => adaptationSet(track, at, style, known)).join('')
  const text = `<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="${type}"
  ${about} maxSegmentDuration="PT${segmentSeconds}S" minBufferTime="PT8S">
  <Period id="0" start="PT0S">${sets}
  </Period>
</MPD>
`
  return { path: 'session_1/index.mpd', type: 'application/dash+xml', body: Buffer.from(text) }
}

/** An adaptation set with a timeline of the known segments. The example camera writes `duration`, too. */
function adaptationSet({ name, mime, timescale }: Track, id: number, style: MpdStyle, known: number): string {
  const duration = segmentSeconds * timescale
  const timeline =
    known === 0 ? '' : `<SegmentTimeline><S t="0" d="${duration}" r="${known - 1}"/></SegmentTimeline>`
  return `
    <AdaptationSet id="${id}" contentType="${name}" segmentAlignment="true">
      <Representation id="${id}" bandwidth="600000" ${mime}>
        <SegmentTemplate timescale="${timescale}" duration="${duration}" startNumber="${startNumber}"
          initialization="${name}/${name}.init" media="${name}/${style.media}">${timeline}</SegmentTemplate>
      </Representation>
    </AdaptationSet>`
}
