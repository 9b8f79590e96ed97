import { deepEqual, equal, ok } from 'node:assert/strict'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

type SentObject = readonly [path: string, body: Buffer | string]

const init = Buffer.concat([ftyp, moov()])
const segment = (nth: number) =>
  Buffer.concat([styp('msdh', 'msix'), chunk({ sequence: nth, at: (nth - 1) * 1_000 })])
/** The same second with another picture. */
function anew(nth: number): Buffer {
  const bytes = segment(nth)
  return bytes.fill(8, bytes.length - 50)
}
const mpd = (type: string) => `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="${type}"/>`
const multivariant = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS="avc1.42c01e"
v/index.m3u8
`
const playlist = (segments: number) => `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:1
#EXT-X-MEDIA-SEQUENCE:1001
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="v.init"
${Array.from({ length: segments }, (_, nth) => `#EXTINF:1.0,\nsegment_${1_001 + nth}.m4s\n`).join('')}`

/** A camera that starts again and sends what is before its segments with the same bytes. */
interface Story {
  readonly query: string
  /** The sessions of both recordings. */
  readonly sessions: readonly [string, string]
  readonly first: readonly SentObject[]
  readonly again: readonly SentObject[]
  /** How many of the first recording's uploads the second one needs. */
  readonly shared: number
}

const v = 'session_1/v'
const matter = (make: (nth: number) => Buffer, ...before: readonly SentObject[]): readonly SentObject[] => [
  ...before,
  ...[1, 2].map((nth): SentObject => [`${v}/segment_${1_000 + nth}.m4s`, make(nth)]),
]
const dashHead: readonly SentObject[] = [
  ['session_1/index.mpd', mpd('dynamic')],
  [`${v}/v.init`, init],
]
const hlsHead: readonly SentObject[] = [
  ['session_1/index.m3u8', multivariant],
  [`${v}/index.m3u8`, playlist(0)],
  [`${v}/v.init`, init],
]
const free = (make: (nth: number) => Buffer, ...others: readonly SentObject[]): readonly SentObject[] => [
  ['cam/init.mp4', init],
  ...others,
  ...[1, 2].map((nth): SentObject => [`cam/chunk-${nth}.m4s`, make(nth)]),
]
const longRequest = (make: (nth: number) => Buffer): readonly SentObject[] => [
  ['Streams(v.cmfv)', Buffer.concat([init, make(1), make(2)])],
]

const described: Readonly<Record<string, Story>> = {
  'MPD and init segment of a dash stream': {
    ...{ query: 'dash', sessions: ['1', '1.2'], shared: 2 },
    ...{ first: matter(segment, ...dashHead), again: matter(anew, ...dashHead) },
  },
  'init segment that a camera does not send again': {
    ...{ query: 'dash', sessions: ['1', '1.2'], shared: 1 },
    ...{ first: matter(segment, ...dashHead), again: matter(anew) },
  },
  'playlists and init segment of an hls stream': {
    ...{ query: 'hls', sessions: ['1', '1.2'], shared: 3 },
    ...{
      first: [...matter(segment, ...hlsHead), [`${v}/index.m3u8`, playlist(2)]],
      again: matter(anew, ...hlsHead),
    },
  },
  'init segment of a cmaf-ingest stream with names of Matter': {
    ...{ query: 'cmaf-ingest', sessions: ['1', '1.2'], shared: 1 },
    ...{ first: matter(segment, [`${v}/v.init`, init]), again: matter(anew, [`${v}/v.init`, init]) },
  },
  'init segment with a free name, and a thumbnail': {
    ...{ query: 'cmaf-ingest', sessions: ['none', 'none.2'], shared: 2 },
    ...{
      first: free(segment, ['cam/thumbnail.jpg', 'picture']),
      again: free(anew, ['cam/thumbnail.jpg', 'picture']),
    },
  },
  'init segment of long requests': {
    ...{ query: 'cmaf-ingest', sessions: ['none', 'none.2'], shared: 1 },
    ...{ first: longRequest(segment), again: longRequest(anew) },
  },
}

type StoryOfStream = Story & { readonly what: string; readonly stream: number }

const stories: readonly StoryOfStream[] = Object.entries(described).map(([what, story], i) => ({
  ...story,
  ...{ what, stream: i + 1 },
}))

const rules = { RETENTION_AGE: '1ms', RETENTION_INTERVAL: '5ms' }

describe('what two recordings of a camera that restarted share', () => {
  const suite = ingestSuite()

  it('stays as long as one of them needs it, also when the index is rebuilt', async () => {
    {
      await using ingest = await suite.start()
      for (const story of stories) {
        await ingest.send('POST', `/streams?interface=${story.query}`)
        for (const [path, body] of [...story.first, ...story.again])
          equal((await ingest.put(`/streams/${story.stream}/${path}`, body)).status, 202, story.what)
        deepEqual(Object.keys(await uploadsBySession(ingest, story)), story.sessions, story.what)
      }
    }
    const shown = await (async () => {
      await using ingest = await suite.start(rules)
      for (const story of stories) {
        const [older] = story.sessions
        await until(`the older recording is gone: ${story.what}`, async () => {
          const kept = await uploadsBySession(ingest, story)
          return (kept[older] ?? 0) <= story.shared
        })
        await assertWhole(ingest, story)
        equal((await uploadsBySession(ingest, story))[older], story.shared, story.what)
      }
      deepEqual((await ingest.get('/retention')).json.would_remove.first, [])
      return await Promise.all(stories.map((story) => shownOf(ingest, story)))
    })()
    await suite.flush()
    await rm(join(suite.path(), 'streams'), { recursive: true })
    {
      await using ingest = await suite.start()
      deepEqual(await Promise.all(stories.map((story) => shownOf(ingest, story))), shown)
      for (const story of stories) await assertWhole(ingest, story)
    }
    // Silence ends the newer recordings as well.
    await using _ingest = await suite.start({ ...rules, SESSION_IDLE: '1ms' })
    for (const { stream, what } of stories)
      await until(
        `both recordings are gone: ${what}`,
        async () => (await readdir(join(suite.path(), 'uploads', String(stream)))).length === 0,
      )
  })
})

describe('an init segment without a session, in the folder of one', () => {
  const suite = ingestSuite()

  it('stays as long as that session has segments that need it', async () => {
    const idle = { ...rules, SESSION_IDLE: '1ms' }
    const path = `${v}/init.m4s`
    const segments = [1, 2].map((nth): SentObject => [`${v}/segment_${1_000 + nth}.m4s`, segment(nth)])
    const other: SentObject = ['init.m4s', init]
    {
      await using ingest = await suite.start()
      await ingest.send('POST', '/streams?interface=dash')
      const objects: readonly SentObject[] = [[path, init], other, ['session_1/index.mpd', mpd('dynamic')]]
      for (const [path, body] of [...objects, ...segments])
        equal((await ingest.put(`/streams/1/${path}`, body)).status, 202, path)
      const { uploads } = (await ingest.get('/streams/1/uploads?limit=100')).json
      deepEqual(
        uploads.map((one: { session: string | null }) => one.session),
        [null, null, '1', '1', '1'],
      )
    }
    await suite.flush()
    {
      await using ingest = await suite.start(rules)
      await until('the other one is gone', async () => (await pathsOf(ingest)).length === 4)
      deepEqual((await ingest.get('/retention')).json.would_remove.first, [])
      // Another pass begins where the one before has left something.
      await ingest.put('/streams/1/another.m4s', init)
      await until('another one is gone', async () => (await pathsOf(ingest)).length === 4)
      equal((await pathsOf(ingest))[0], path)
      const zip = await ingest.get('/export/1/1.zip')
      deepEqual([zip.status, zip.bytes.includes(init)], [200, true])
    }
    await using _ingest = await suite.start(idle)
    await until('all are gone', async () => (await readdir(join(suite.path(), 'uploads', '1'))).length === 0)
  })

  async function pathsOf(ingest: Ingest): Promise<readonly string[]> {
    const { uploads } = (await ingest.get('/streams/1/uploads?limit=100')).json
    return uploads.map(({ path }: { path: string }) => path)
  }
})

async function uploadsBySession(
  ingest: Ingest,
  { stream }: StoryOfStream,
): Promise<Readonly<Record<string, number>>> {
  const { uploads } = (await ingest.get(`/streams/${stream}/uploads?limit=100`)).json
  const counts: Record<string, number> = {}
  for (const { session } of uploads) counts[session] = (counts[session] ?? 0) + 1
  return counts
}

/** The newer recording plays, and what can be downloaded of it has its init segment. */
async function assertWhole(ingest: Ingest, { stream, sessions, what, again }: StoryOfStream): Promise<void> {
  const [, session] = sessions
  const of = `${stream}/${session}`
  const manifest = await ingest.get(`/play/${of}/manifest.mpd`)
  equal(manifest.status, 200, `${what}: ${manifest.text}`)
  ok(manifest.text.includes('<S t="0" d="1000" r="1"/>'), `${what}: ${manifest.text}`)
  const [, initialization = ''] = /initialization="([^"]+)"/.exec(manifest.text) ?? []
  const header = await ingest.get(`/play/${of}/${initialization}`)
  deepEqual([header.status, header.bytes], [200, init], what)
  equal((await ingest.get(`/export/${of}.mp4`)).status, 200, what)
  const report = await ingest.get(`/streams/${stream}/report?session=${session}&metrics=true`)
  equal(report.json.metrics.tracks[0].codec, 'avc1.4d401f', what)
  for (const [path] of again) equal((await ingest.get(`/streams/${stream}/${path}`)).status, 200, what)
  const zip = await ingest.get(`/export/${of}.zip`)
  deepEqual([zip.status, zip.bytes.includes(init)], [200, true], what)
}

async function shownOf(ingest: Ingest, { stream, sessions: [, session] }: StoryOfStream): Promise<unknown> {
  const paths = [
    `/streams/${stream}`,
    `/streams/${stream}/uploads?limit=100`,
    `/sessions/${stream}`,
    `/digests/${stream}?session=${session}`,
    `/har/${stream}?session=${session}`,
  ]
  return Promise.all(paths.map(async (path) => [path, (await ingest.get(path)).text]))
}
