import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { Redis } from 'ioredis'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { probed, readBody, sha256Of } from './server/journal.ts'
import { push, tlsArguments } from './support/devices/ffmpeg.ts'
import { type LongBody, makeLongBody, openUpload } from './support/media/long-body.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

/** One line of the wire log. */
interface Line {
  readonly id: string
  readonly path: string
  readonly whole: boolean
  readonly bytes: number
  readonly sha256: string
  readonly part?: { readonly of: string; readonly from: number }
  readonly parts?: number
  readonly findings: readonly { readonly code: string; readonly severity: string }[]
}

const endOfTrack = Buffer.from('000000086d667261', 'hex')

describe('one long request per track', function () {
  this.timeout(60_000)
  const server = sharedServerOfSuite()
  const media = mediaOfSuite()
  let device: Identity
  let stream: string
  let body: LongBody
  before(async () => {
    device = await makeDevice(server(), 'cam')
    body = await makeLongBody(media(), 6)
  })
  beforeEach(async () => {
    stream = await makeStream(server())
  })

  const open = (path: string) => openUpload(server(), device, `/streams/${stream}/${path}`)
  const get = (path: string) => curl(server(), `/streams/${stream}/${path}`)
  const put = (path: string, bytes: Buffer) =>
    curl(server(), `/streams/${stream}/${path}`, [...as(device), '-H', 'Expect:', '-T', '-'], bytes)
  const lines = async (): Promise<Line[]> => (await get('uploads?limit=1000')).json.uploads
  const parts = async () => (await lines()).filter(({ part }) => part)
  const requests = async () => (await lines()).filter(({ part }) => !part)
  const names = (all: readonly Line[]) => all.map(({ path }) => path.replace(/^(.*)\.parts\/[^/]+\//, '$1 '))
  const codes = (all: readonly Line[]) => all.flatMap(({ findings }) => findings.map(({ code }) => code))
  const errors = (all: readonly Line[]) =>
    all.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error'))
  const track = async (name: string) => {
    const { bitrate: _measured, ...facts } = (await get('')).json.sessions[0]?.tracks[name] ?? {}
    return facts
  }
  const cutInto = (count: number) =>
    until(`${count} parts`, async () => {
      const found = await parts()
      return found.length >= count && found
    })

  it('of ffmpeg is there segment by segment while it is still open, and in the end as it was sent', async () => {
    const file = join(media().directory, 'ffmpeg-long.mp4')
    const movie = ['-f', 'mp4', '-movflags', '+cmaf+dash+delay_moov+skip_sidx+skip_trailer+frag_keyframe']
    const copy = ['-map', '0:v', '-c', 'copy', '-t', '5', ...movie]
    const url = `${server().url}/streams/${stream}/Streams(video.cmfv)`
    const request = ['-method', 'POST', '-multiple_requests', '1', ...tlsArguments(server(), device), url]
    const pushed = push(stream, ['-re', '-i', media().source, ...copy, ...request, ...copy, '-y', file])

    const early = await cutInto(3)
    deepEqual(await requests(), [], 'the request is still open')
    deepEqual(
      names(early).slice(0, 3),
      ['init.mp4', '1.m4s', '2.m4s'].map((name) => `Streams(video.cmfv) ${name}`),
    )
    const [init, first] = early
    for (const { path, sha256 } of [init, first] as Line[]) {
      const url = path.replaceAll('(', '%28')
      equal(sha256Of((await get(url)).body), sha256)
      const { json, text } = await probed(server(), stream, path)
      equal(json.streams[0].codec_name, 'h264', text)
    }
    await pushed

    const whole = await until('the request', async () => (await requests())[0])
    const all = await parts()
    const written = await readFile(file)
    deepEqual([whole.path, whole.whole, whole.parts], ['Streams(video.cmfv)', true, all.length])
    equal(whole.sha256, sha256Of(written))
    ok((await get('Streams(video.cmfv)')).body.equals(written))
    const bodies = await Promise.all(all.map(({ id }) => readBody(server(), stream, id)))
    ok(Buffer.concat(bodies).equals(written))
    equal(all.length, 6)
    for (const { part } of all) equal(part?.of, whole.id)
    deepEqual(errors(await lines()), [])
    deepEqual(await track('video'), { name: 'video', state: 'segments_uploading', segment_count: 5 })
  })

  it('shows a segment in the stream and in the folders that people browse before the next is complete', async () => {
    using upload = await open('live/video.mp4')
    upload.send(body.header, ...body.segments.slice(0, 2), (body.segments[2] as Buffer).subarray(0, 4_000))
    const [init, first, second] = (await cutInto(3)) as [Line, Line, Line]
    ok((await get(second.path)).body.equals(body.segments[1] as Buffer))
    ok((await get(init.path)).body.equals(body.header))
    const folder = join(server().workingDirectory, 'streams', stream, first.path, '..')
    deepEqual(await readdir(folder), ['1.m4s', '2.m4s', 'init.mp4'])
    const { sessions, valid_uploads } = (await get('')).json
    equal(valid_uploads.length, 3)
    deepEqual(
      sessions[0].uploaded_segments.map(([path]: string[]) => path),
      [init.path, first.path, second.path],
    )
    deepEqual(await requests(), [])
    upload.send((body.segments[2] as Buffer).subarray(4_000))
    match(await upload.end(), /^HTTP\/1\.1 202 /)
    equal((await track('live/video')).segment_count, 3)
  })

  it('leaves what is one header or one segment in one piece', async () => {
    const [first] = body.segments as [Buffer]
    for (const [path, bytes] of [
      ['v/init.mp4', body.header],
      ['v/1.m4s', first],
      ['v/2.m4s', Buffer.concat([body.segments[1] as Buffer, endOfTrack])],
    ] as const) {
      equal((await put(path, bytes)).status, 202)
    }
    deepEqual(names(await lines()), ['v/init.mp4', 'v/1.m4s', 'v/2.m4s'])
    deepEqual(await track('v'), { name: 'v', state: 'completed', segment_count: 2 })
  })

  it('is not cut on a stream of another interface', async () => {
    stream = await makeStream(server(), '?interface=dash')
    equal((await put('session_1/video/segment_1001.m4s', body.all)).status, 202)
    deepEqual(names(await lines()), ['session_1/video/segment_1001.m4s'])
  })

  it('ends its track with an empty mfra, and begins anew with a header', async () => {
    const one = [body.header, body.segments[0] as Buffer, endOfTrack]
    using upload = await open('Streams(video.cmfv)')
    upload.send(...one)
    await cutInto(3)
    deepEqual(await track('video'), { name: 'video', state: 'completed', segment_count: 1 })
    match(await upload.end(), /^HTTP\/1\.1 202 /)
    deepEqual(names(await lines()).slice(2), ['Streams(video.cmfv) end.mp4', 'Streams(video.cmfv)'])
    equal((await get('')).json.sessions[0].phase, 'complete')
    equal(
      (await put('Streams(video.cmfv)', Buffer.concat([body.header, body.segments[1] as Buffer]))).status,
      202,
    )
    deepEqual(await track('video'), { name: 'video', state: 'segments_uploading', segment_count: 2 })
    deepEqual(errors(await lines()), [])
  })

  it('takes an empty mfra alone for the end of the track, at once', async () => {
    equal((await put('Streams(video.cmfv)', body.all)).status, 202)
    equal((await put('Streams(video.cmfv)', endOfTrack)).status, 202)
    deepEqual(await track('video'), { name: 'video', state: 'completed', segment_count: 6 })
    equal((await put('Streams(other.cmfv)', endOfTrack)).status, 202)
    deepEqual(await track('other'), {})
  })

  it('goes on in a second request after a lost connection, its header no news', async () => {
    {
      using lost = await open('Streams(video.cmfv)')
      lost.send(body.header, ...body.segments.slice(0, 3))
      await cutInto(3)
      lost.connection.tcp.resetAndDestroy()
    }
    await until('the cut-off request', async () => (await requests())[0])
    equal(
      (await put('Streams(video.cmfv)', Buffer.concat([body.header, ...body.segments.slice(2)]))).status,
      202,
    )
    const [cut, whole] = await requests()
    deepEqual([cut?.whole, whole?.whole, whole?.parts], [false, true, 5])
    const all = await parts()
    deepEqual(
      all.map(({ path, part }) => path === `Streams(video.cmfv).parts/${part?.of}/${path.split('/').at(-1)}`),
      all.map(() => true),
    )
    deepEqual(codes(all), ['prft-absent', 'init-repeated'])
    deepEqual(codes(await requests()), ['body-incomplete'])
    equal((await track('video')).segment_count, 6)
  })

  it('that is cut off keeps its complete segments; the rest belongs to the cut-off whole only', async () => {
    using lost = await open('v.mp4')
    const rest = (body.segments[2] as Buffer).subarray(0, 4_000)
    lost.send(body.header, ...body.segments.slice(0, 2), rest)
    await cutInto(3)
    lost.connection.tcp.resetAndDestroy()
    const cut = await until('the cut-off request', async () => (await requests())[0])
    const arrived = Buffer.concat([body.header, ...body.segments.slice(0, 2), rest])
    deepEqual([cut.whole, cut.parts, cut.sha256], [false, 3, sha256Of(arrived)])
    equal((await parts()).length, 3)
    equal((await get('v.mp4')).status, 404)
    deepEqual(codes([cut]), ['body-incomplete'])
  })

  it('outlives the death of the process: no part twice, the whole cut off', async () => {
    using lost = await open('v.mp4')
    lost.send(body.header, ...body.segments.slice(0, 3))
    const before = await cutInto(3)
    await server().crash('ingest')
    await until('ingest is back', async () => (await get('')).status === 200)
    const [cut] = await requests()
    deepEqual(
      [cut?.whole, cut?.bytes, cut?.id],
      [false, body.header.length + Buffer.concat(body.segments.slice(0, 3)).length, before[0]?.part?.of],
    )
    deepEqual(names(await parts()), ['v.mp4 init.mp4', 'v.mp4 1.m4s', 'v.mp4 2.m4s'])
    for (const { id, sha256 } of before) equal(sha256Of(await readBody(server(), stream, id)), sha256)
    deepEqual(await readdir(join(server().workingDirectory, 'staging/standalone')), [])
    equal((await put('v.mp4', body.all)).status, 202)
    equal((await parts()).length, 10)
  })

  it('is answered 400 on a strict stream, naming the first 20 errors of its segments', async () => {
    stream = await makeStream(server(), '?strict=true')
    const wrong = Array.from({ length: 25 }, () => ofTrack(body.segments[0] as Buffer, 9))
    const { status, json } = await put('v.mp4', Buffer.concat([body.header, ...wrong]))
    deepEqual([status, json.code, json.errors.length], [400, 'upload-rejected', 20])
    match(json.errors[0], /^1\.m4s: expected track id 1 as in the init segment, received 9$/)
    match(json.errors[19], /^20\.m4s: /)
    const [whole] = await requests()
    deepEqual([whole?.whole, codes([whole as Line])], [true, []])
    equal(errors(await parts()).length, 25)
    equal((await put('w.mp4', body.all)).status, 202)
  })

  it('is told what is wrong behind its last segment, and of a missing certificate once', async () => {
    const bytes = Buffer.concat([body.header, ...body.segments.slice(0, 2), Buffer.from('garbage behind it')])
    const args = ['-H', 'Expect:', '-T', '-']
    const { json } = await curl(server(), `/streams/${stream}/v.mp4`, args, bytes)
    deepEqual(
      json.findings.map(({ code }: { code: string }) => code),
      ['client-certificate-missing', 'box-malformed'],
    )
    deepEqual(errors(await parts()), [])
    equal((await parts()).length, 2)
  })

  it('gives the same answers when the index is made anew', async () => {
    await put('Streams(video.cmfv)', Buffer.concat([body.all, Buffer.from('garbage')]))
    await put('Streams(video.cmfv)', endOfTrack)
    // How far the probes are is another matter.
    const log = async () => (await lines()).map((line) => ({ ...line, probe: null }))
    const before = { answer: (await get('')).json, log: await log() }
    await flush()
    await server().crash('ingest')
    await until(
      'the same answers',
      async () => (await get('')).json?.valid_uploads?.length === before.answer.valid_uploads.length,
    )
    deepEqual({ answer: (await get('')).json, log: await log() }, before)
  })

  for (const [what, urls] of [
    [
      'as they are',
      [
        'Streams(x.cmfv)/InitializationSegment',
        'Streams(x.cmfv)/Segment(123)',
        'Switching(a)/Streams(x.cmfv)',
      ],
    ],
    [
      'percent-encoded',
      [
        'Streams%28x.cmfv%29/InitializationSegment',
        'Streams%28x%2Ecmfv%29/Segment%28123%29',
        'Switching%28a%29/Streams%28x.cmfv%29',
      ],
    ],
  ] as const) {
    it(`takes the names of DASH-IF ${what}`, async () => {
      for (const http of ['--http1.1', '--http2']) {
        stream = await makeStream(server())
        const send = (path: string, bytes: Buffer) =>
          curl(
            server(),
            `/streams/${stream}/${path}`,
            [...as(device), http, '-g', '-H', 'Expect:', '-T', '-'],
            bytes,
          )
        const [init, segment, switching] = urls
        equal((await send(init, body.header)).status, 202)
        equal((await send(segment, body.segments[0] as Buffer)).status, 202)
        deepEqual(await track('x'), { name: 'x', state: 'segments_uploading', segment_count: 1 })
        equal((await send(switching, body.all)).status, 202)
        const paths = (await requests()).map(({ path }) => path)
        deepEqual(paths, [
          'Streams(x.cmfv)/InitializationSegment',
          'Streams(x.cmfv)/Segment(123)',
          'Switching(a)/Streams(x.cmfv)',
        ])
        for (const path of [...urls, ...paths]) equal((await get(path)).status, 200, path)
        deepEqual(errors(await lines()), [])
      }
    })
  }

  async function flush(): Promise<void> {
    const sockets = await readFile(join(server().workingDirectory, 'standalone/sockets'), 'utf8')
    const client = new Redis(join(sockets, 'redis.sock'))
    await client.flushall()
    await client.quit()
  }
})

/** A copy of a segment whose tfhd names another track. */
function ofTrack(segment: Buffer, trackId: number): Buffer {
  const copy = Buffer.from(segment)
  copy.writeUInt32BE(trackId, copy.indexOf('tfhd') + 8)
  return copy
}
