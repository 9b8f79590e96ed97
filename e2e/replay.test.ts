import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { appendFile, copyFile, cp, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { keepAlive } from './clients/keep-alive.ts'
import { putHead, rawConnection } from './clients/raw-tls.ts'
import { freePort } from './server/free-port.ts'
import { run } from './server/run.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

const root = join(import.meta.dirname, '..')
const script = join(root, 'services/camera/src/replay/main.ts')
/** So far apart in media time that the speed of the machine is nothing beside it: a tolerance is a share of the latency. */
const spacingSeconds = 60
const init = Buffer.concat([ftyp, moov()])
const segment = (nth: number) =>
  Buffer.concat([styp('msdh'), chunk({ sequence: nth + 1, at: nth * spacingSeconds * 1_000 })])

interface Upload {
  readonly path: string
  readonly method: string
  readonly sha256: string
  readonly whole: boolean
  readonly status: number | null
  readonly sender: {
    readonly port: number
    readonly http_version: string
    readonly headers: readonly (readonly [string, string])[]
    readonly device: object | null
  }
}

describe('npm run replay', function () {
  this.timeout(90_000)
  const server = sharedServerOfSuite({ VERDICT_WAIT: '20s' })
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let device: Identity
  let stream = ''
  let zip = ''
  before('records a session', async () => {
    directory = await temporaryDirectory()
    device = await makeDevice(server(), 'camera')
    stream = await makeStream(server(), '?interface=dash')
    await record(stream)
    const { body, status } = await curl(server(), `/export/${stream}/1.zip`)
    equal(status, 200)
    zip = join(directory.path, 'session.zip')
    await writeFile(zip, body)
  })
  after(() => directory[Symbol.asyncDispose]())

  it('sends an export again: the recordings are equal', async () => {
    const { code, output, complaint } = await replay([zip, '--speed', 'max'])
    equal(code, 0, output + complaint)
    const [, copy = ''] =
      /^\/streams\/(\d+): 10 uploads sent, 0 of them with another status than recorded$/m.exec(output) ?? []
    match(output, /^segment: 6 sent, 6 with status 202$/m)
    match(output, /1 with cut off as recorded/)
    match(output, /1 uploads were sent without the content coding/)
    await until('all uploads are judged', async () => (await uploadsOf(copy)).length === 10)
    const { json } = await curl(server(), `/compare?a=${stream}&b=${copy}`)
    const changed = json.rows.filter(({ verdict }: { verdict: string }) => verdict !== 'equal')
    deepEqual([json.verdict, changed], ['equal', []])
    equal((await curl(server(), `/streams/${copy}`)).json.interface, 'dash')
    const [before, after] = await Promise.all([stream, copy].map(uploadsOf))
    const facts = ({ path, method, sha256, whole, status, sender }: Upload) =>
      [path, method, sha256, whole, status, sender.http_version, sender.device !== null].join()
    deepEqual(after?.map(facts).sort(), before?.map(facts).sort())
    deepEqual(after && connectionsOf(after), before && connectionsOf(before))
    const sent = after?.find(({ path }) => path.endsWith('1001.m4s'))?.sender.headers ?? []
    deepEqual(
      sent.filter(([name]) => ['content-type', 'x-camera', 'authorization'].includes(name.toLowerCase())),
      [
        ['content-type', 'video/iso.segment'],
        ['x-camera', 'one'],
      ],
    )
  })

  it('sends a stream of a working directory, in its own timing, faster', async () => {
    const copy = await makeStream(server(), '?interface=dash')
    const work = ['--stream', stream, '--prefix', 'session_1/video/', '--speed', '50']
    const { code, output, complaint } = await replay([server().workingDirectory, ...work], `/streams/${copy}`)
    equal(code, 0, output + complaint)
    match(output, /^segment: 6 sent, 6 with status 202$/m)
    ok((await uploadsOf(copy)).every(({ path }) => path.startsWith('session_1/video/')))
  })

  it('names statuses that are not the recorded ones, and exits with 1', async () => {
    const strict = await makeStream(server(), '?interface=hls&strict=true')
    const refused = await replay([zip, '--speed', 'max'], `/streams/${strict}`)
    equal(refused.code, 1, refused.complaint)
    match(refused.output, /^ {2}session_1\/\S+: recorded 202, received 400: /m)
    const unknown = await replay([zip, '--speed', 'max'], '/streams/9999')
    equal(unknown.code, 1)
    match(unknown.output, /: recorded 202, received 404: there is no stream 9999/)
  })

  it('says in words what it cannot send, and exits with 2', async () => {
    const unused = await freePort()
    const damaged = join(directory.path, 'cut.zip')
    await copyFile(zip, damaged)
    await truncate(damaged, 2_000)
    const changed = join(directory.path, 'changed.zip')
    const bytes = await readFile(zip)
    bytes.writeUInt8(bytes.readUInt8(bytes.indexOf(segment(0)) + 40) ^ 1, bytes.indexOf(segment(0)) + 40)
    await writeFile(changed, bytes)
    const lost = join(directory.path, 'lost')
    for (const folder of ['journals', 'uploads'])
      await cp(join(server().workingDirectory, folder, stream), join(lost, folder, stream), {
        recursive: true,
      })
    const [body = ''] = await readdir(join(lost, 'uploads', stream))
    await truncate(join(lost, 'uploads', stream, body), 1)
    await mkdir(join(directory.path, 'empty/journals'), { recursive: true })
    await appendFile(join(directory.path, 'no.pem'), 'no certificate')
    const { url } = server()
    const cases: readonly (readonly [args: readonly string[], words: RegExp])[] = [
      [[], /name one zip or one working directory/],
      [['none.zip'], /there is no .*none\.zip/],
      [['cut.zip'], /cannot read .*cut\.zip: .*(cut off|no zip)/],
      [['no.pem'], /cannot read .*no\.pem: it is no zip/],
      [['changed.zip'], /the body of session_1\/\S+ is not the one that was recorded/],
      [['empty'], /there is no journal in .*empty/],
      [[directory.path], /cannot read .*journals \(ENOENT\)/],
      [['lost'], /the body of session_1\/\S+ has 1 of \d+ bytes/],
      [['lost', '--stream', '999'], /cannot read .*journals\/999/],
      [['session.zip', '--stream', '1'], /--stream and --prefix are for working directories/],
      [['session.zip', '--speed', '0'], /--speed is a number/],
      [['session.zip', '--url', 'http://localhost:1'], /--url must begin with https/],
      [['session.zip', '--url', `https://localhost:${unused}/streams`], /cannot be reached: .*ECONNREFUSED/],
      [['session.zip', '--url', `https://localhost:${unused}/streams/1`], /ECONNREFUSED/],
      [['session.zip', '--cacert', 'no.pem'], /--cacert is no PEM/],
      [['session.zip', '--cert', 'none.pem'], /cannot read the file of --cert/],
      [['session.zip', '--key', device.cert], /--cert, --key and --cacert cannot be used together: /],
      [['session.zip', '--cacert', device.cert], /no TLS connection: /],
    ]
    await Promise.all(
      cases.map(async ([args, words]) => {
        const { code, complaint } = await replay(['--speed', 'max', ...args])
        match(complaint, words)
        equal(code, 2, complaint)
      }),
    )
    const nameless = await runReplay(['session.zip', '--url', `${url}/streams`])
    match(nameless.complaint, /sent with a client certificate: --cert and --key must name one/)
    equal(nameless.code, 2)
  })

  it('prints its flags', async () => {
    const { code, stdout } = await run('npm', ['--prefix', root, 'run', '-s', 'replay', '--', '--help'])
    equal(code, 0)
    match(String(stdout), /Exit code: 0 every status is as recorded/)
  })

  function replay(args: readonly string[], point = '/streams') {
    const { url, rootCertificate } = server()
    const given = ['--url', `${url}${point}`, '--cacert', rootCertificate, ...as(device)]
    return runReplay([...given, ...args])
  }

  async function runReplay(args: readonly string[]) {
    const { code, stdout, stderr } = await run('node', [script, ...args], { cwd: directory.path })
    return { code, output: String(stdout), complaint: stderr }
  }

  async function uploadsOf(id: string): Promise<readonly Upload[]> {
    return (await curl(server(), `/streams/${id}/uploads?limit=1000`)).json.uploads
  }

  /** Paths that came on one connection, for each connection. */
  function connectionsOf(uploads: readonly Upload[]): readonly string[] {
    const byPort = Map.groupBy(uploads, ({ sender }) => sender.port)
    return [...byPort.values()].map((some) => some.map(({ path }) => path).join(' ')).sort()
  }

  /** Five segments on one connection, one in HTTP/2, one gzipped manifest, one without certificate, one that is cut off. */
  async function record(id: string): Promise<void> {
    const point = `/streams/${id}/session_1`
    using client = await keepAlive(server(), device, 1)
    const type = { 'content-type': 'video/iso.segment', 'x-camera': 'one', authorization: 'Bearer secret' }
    equal((await client.send('PUT', `${point}/video/video.init`, init)).status, 202)
    for (let nth = 0; nth < 5; nth++)
      equal(
        (await client.send('PUT', `${point}/video/segment_${1_001 + nth}.m4s`, segment(nth), type)).status,
        202,
      )
    const http2 = ['--http2', '-T', '-', ...as(device)]
    equal((await curl(server(), `${point}/video/segment_1006.m4s`, http2, segment(5))).status, 202)
    const coded = { 'content-encoding': 'gzip' }
    equal((await client.send('POST', `${point}/a%20b.txt`, gzipSync('text'), coded)).status, 202)
    equal((await curl(server(), `${point}/anonymous.txt`, ['--http1.1', '-T', '-'], 'text')).status, 202)
    await cutOff(`${point}/video/segment_1007.m4s`)
    await until('all uploads are judged', async () => (await uploadsOf(id)).length === 10)
  }

  async function cutOff(path: string): Promise<void> {
    using connection = await rawConnection(server(), device)
    connection.tls.write(putHead(path, 'Content-Length: 1000', 'Expect: 100-continue'))
    await new Promise((resolve) => connection.tls.once('data', resolve))
    await new Promise((resolve) => connection.tls.write('some', resolve))
    connection.tls.end()
    await connection.reply
  }
})
