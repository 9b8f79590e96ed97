import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { uploadPath } from '@pushav/shared/paths.ts'
import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { beginUpload } from './clients/raw-tls.ts'
import { mustRun } from './server/run.ts'
import { makeLongBody, openUpload } from './support/media/long-body.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { startCuttingRelay } from './support/topology/cutting-relay.ts'
import { type RemoteProbeWorkers, startRemoteProbeWorkers } from './support/topology/remote-probe-workers.ts'

/** One line of the wire log. */
interface Line {
  readonly id: string
  readonly path: string
  readonly whole: boolean
  readonly probe: string | null
}

describe('a probe worker on another machine', function () {
  this.timeout(90_000)
  const media = mediaOfSuite()
  let rig: RemoteProbeWorkers
  let device: Identity
  let stream: string
  before(async () => {
    rig = await startRemoteProbeWorkers()
    device = await makeDevice(rig.proxyAndIngest, 'cam')
  })
  after(() => rig[Symbol.asyncDispose]())
  beforeEach(async () => {
    await rig.empty()
    stream = await makeStream(rig.proxyAndIngest)
  })

  const put = async (path: string, body: Buffer | string, ...headers: string[]): Promise<string> => {
    const all = ['Expect:', ...headers].flatMap((header) => ['-H', header])
    const encoded = path.split('/').map(encodeURIComponent).join('/')
    const args = [...as(device), ...all, '-T', '-']
    const { status, text, json } = await curl(rig.proxyAndIngest, `/streams/${stream}/${encoded}`, args, body)
    if (status !== 202) throw new Error(`${path}: ${status} ${text}`)
    return json.upload_id
  }
  let madeBigMovie: Promise<Buffer> | undefined
  const bigMovie = () => (madeBigMovie ??= makeBigMovie())
  const lines = async (): Promise<readonly Line[]> =>
    (await curl(rig.proxyAndIngest, `/streams/${stream}/uploads?limit=1000`)).json.uploads

  it('says of everything just what a worker on the directory says', async () => {
    await pushAllSorts()
    const recorded = await lines()
    const pending = recorded.filter(({ probe }) => probe === 'pending').length
    await until('all are queued', async () => (await distinctJobs()).length === pending)
    await writeFile(uploadPath(rig.proxyAndIngest.workingDirectory, stream, 'empty'), '')
    const cut = recorded.find(({ whole }) => !whole)?.id ?? ''
    await rig.add(['empty', 'gone', cut].map((upload) => ({ stream, upload, path: 'x.mp4', init: null })))
    const jobs = await distinctJobs()
    ok(jobs.some(({ init }) => init !== null))
    const near = await rig.outcomesBy(await rig.workHere(), jobs)
    await rig.add(jobs)
    const far = await rig.outcomesBy(await rig.workElsewhere(), jobs)
    deepEqual(far, near)
    const states = near.map((json) => JSON.parse(json).state)
    ok(states.filter((state) => state === 'done').length >= 15, states.join())
    ok(states.filter((state) => state === 'failed').length >= 4, states.join())
  })

  /** The last job of each upload: one that came before its init segment has another one with it. */
  async function distinctJobs(): Promise<readonly ProbeJob[]> {
    const jobs = await rig.waiting()
    const early = jobs.filter(({ init }) => init === null)
    const others = jobs.filter(({ init }) => init !== null)
    return [...new Map([...early, ...others].map((job) => [job.upload, job])).values()]
  }

  it('goes on where the server was killed in the middle of a body and started again', async () => {
    const body = await bigMovie()
    const upload = await put('big.mp4', body)
    const [job] = await rig.taken(1)
    const restart = async () => {
      await rig.proxyAndIngest.kill()
      await rig.proxyAndIngest.start()
    }
    await using relay = await startCuttingRelay(rig.proxyAndIngest.port, 5_000_000, restart)
    await using worker = await rig.workElsewhere({ UPLOADS_FROM: `https://localhost:${relay.port}` })
    await rig.add(job ? [job] : [], { attempts: 1 })
    await relay.tripped
    const outcome = await rig.outcome(stream, upload)
    equal(outcome.state, 'done', JSON.stringify(outcome))
    equal(outcome.probe.format.size, String(body.length))
    ok(relay.passed() < 1.5 * body.length, `${relay.passed()} bytes for ${body.length}`)
    deepEqual(
      worker.logged.filter(({ msg }) => msg === 'probe failed'),
      [],
    )
  })

  it('uses up no attempt however long the server is away', async () => {
    const upload = await put('a.mp4', media().init)
    const jobs = await rig.taken(1)
    await rig.proxyAndIngest.kill()
    await using worker = await rig.workElsewhere()
    await rig.add(jobs, { attempts: 1 })
    await until('the job is put off', async () => (await rig.queue.getDelayedCount()) === 1)
    await worker.logs('error')
    const complaint = worker.logged.find(({ level }) => level === 'error')
    match(
      JSON.stringify(complaint),
      /uploads unavailable.*cannot be read: connect ECONNREFUSED|cannot be read: connect ECONNREFUSED.*uploads unavailable/,
    )
    await rig.proxyAndIngest.start()
    equal((await rig.outcome(stream, upload)).state, 'done')
  })

  it('hands back what it is reading when it closes', async () => {
    const upload = await put('big.mp4', await bigMovie())
    const jobs = await rig.taken(1)
    let exit: number | null = null
    const close = async () => {
      exit = await leaving.end('SIGTERM')
    }
    await using relay = await startCuttingRelay(rig.proxyAndIngest.port, 5_000_000, close)
    await using leaving = await rig.workElsewhere({ UPLOADS_FROM: `https://localhost:${relay.port}` })
    await rig.add(jobs)
    await relay.tripped
    deepEqual([exit, await rig.queue.getDelayedCount()], [0, 1])
    await using _other = await rig.workElsewhere()
    equal((await rig.outcome(stream, upload)).state, 'done')
  })

  it('says of an upload that is deleted while it reads it what it would say on the directory', async () => {
    const upload = await put('big.mp4', await bigMovie())
    const jobs = await rig.taken(1)
    const remove = () => curl(rig.proxyAndIngest, `/streams/${stream}`, [...as(device), '-XDELETE'])
    await using relay = await startCuttingRelay(rig.proxyAndIngest.port, 5_000_000, remove)
    const far = await rig.workElsewhere({ UPLOADS_FROM: `https://localhost:${relay.port}` })
    await rig.add(jobs, { attempts: 1 })
    await relay.tripped
    const [said = ''] = await rig.outcomesBy(far, jobs)
    match(said, /the uploaded bytes are no longer there/)
    await rig.empty()
    await rig.add(jobs, { attempts: 1 })
    deepEqual(await rig.outcomesBy(await rig.workHere(), jobs), [said])
    equal(JSON.parse(said).state, 'failed', upload)
  })

  it('says what is wrong with the certificate of a server, and judges nothing by it', async () => {
    await put('a.mp4', media().init)
    const jobs = await rig.taken(1)
    const otherRoot = join(rig.proxyAndIngest.workingDirectory, 'certs/device/root.pem')
    await using worker = await rig.workElsewhere({ ROOT_CERTIFICATE: otherRoot })
    await rig.add(jobs, { attempts: 1 })
    await worker.logs('error')
    match(JSON.stringify(worker.logged), /cannot be read: .*certificate/)
    await until('the job is put off', async () => (await rig.queue.getDelayedCount()) === 1)
    equal(await rig.queue.getFailedCount(), 0)
  })

  const unusable: [Record<string, string>, RegExp][] = [
    [{ UPLOADS_FROM: '' }, /WORKING_DIRECTORY must be a folder, unless STORE or UPLOADS_FROM is set/],
    [{ WORKING_DIRECTORY: '/tmp' }, /UPLOADS_FROM must be left out where WORKING_DIRECTORY or STORE is set/],
    [
      { ROOT_CERTIFICATE: '/no/such/root.pem' },
      /^bad settings: ROOT_CERTIFICATE: \/no\/such\/root.pem cannot be read \(ENOENT\)$/m,
    ],
    [{ ROOT_CERTIFICATE: import.meta.filename }, /^bad settings: .* holds no certificate in PEM$/m],
    [{ UPLOADS_CERTIFICATE: '/dev/zero' }, /^bad settings: UPLOADS_CERTIFICATE: \/dev\/zero is no file$/m],
  ]
  for (const [settings, complaint] of unusable)
    it(`does not start with ${JSON.stringify(Object.keys(settings))} that make no sense: ${complaint.source}`, async () => {
      await using worker = await rig.workElsewhere(settings)
      equal(await worker.end('SIGTERM'), 1)
      match(worker.complaint(), complaint)
    })

  async function pushAllSorts(): Promise<void> {
    const { init, segment, directory, source } = media()
    const movie = await readFile(source)
    await mustRun('ffmpeg', ['-v', 'error', '-i', source, '-c', 'copy', join(directory, 's.ts')])
    await put('session_1/v/init.cmfv', init)
    await put('session_1/v/1.cmfv', segment)
    await put('session_1/v/1.cmfv', segment.subarray(0, 5_000))
    await put('session_1/v/1.cmfv', 'replaced by text')
    await put('orphan/1.cmfv', segment)
    await put('movie.mp4', movie)
    await put('movie.mp4', movie.subarray(0, 100_000))
    await put('s.ts', await readFile(join(directory, 's.ts')))
    await put('index.mpd', await readFile(join(directory, 'm.mpd')))
    await put('index.m3u8', '#EXTM3U\n#EXT-X-VERSION:7\nfile:///etc/passwd\n')
    await put('packed.mp4', gzipSync(movie), 'Content-Encoding: gzip')
    await put('zeros.mp4', Buffer.alloc(2_000_000))
    for (const path of ['uploads', 'report', 'a', 'a/clash.mp4', "ü %23?&=+;'()~/\u{1f3a5}.mp4", '0/0.crt'])
      await put(path, init)
    await cutOff('cut.mp4', movie)
    const long = await makeLongBody(media(), 4)
    using upload = await openUpload(rig.proxyAndIngest, device, `/streams/${stream}/long/Streams(video.cmfv)`)
    upload.send(long.all)
    await upload.end()
  }

  async function cutOff(path: string, body: Buffer): Promise<void> {
    const target = `/streams/${stream}/${path}`
    using connection = await beginUpload(rig.proxyAndIngest, device, target, `Content-Length: ${body.length}`)
    await new Promise((written) => connection.tls.write(body.subarray(0, 200_000), written))
    connection.tls.destroy()
    await until('it is recorded', async () => (await lines()).some((line) => line.path === path))
  }

  /** Of some 20 MB, its moov last. */
  async function makeBigMovie(): Promise<Buffer> {
    const file = join(media().directory, 'big.mp4')
    const noise = ['-f', 'lavfi', '-i', 'anoisesrc=d=105:c=white:r=48000']
    await mustRun('ffmpeg', [
      '-v',
      'error',
      '-y',
      ...noise,
      '-c:a',
      'pcm_s16le',
      '-ac',
      '2',
      '-f',
      'mov',
      file,
    ])
    return readFile(file)
  }
})
