import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keylogLine } from '@pushav/shared/api/evidence/keylog.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { putHead } from './clients/raw-tls.ts'
import { run } from './server/run.ts'
import { serverOfSuite, sharedServerOfSuite } from './support/suite/server-of-suite.ts'

const main = join(import.meta.dirname, '../services/standalone/src/main.ts')
const file = join(tmpdir(), `keys-${process.pid}.log`)

describe('--keylog', function () {
  this.timeout(60_000)
  const server = serverOfSuite(['--keylog', file])
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let device: Identity
  before(async () => {
    directory = await temporaryDirectory()
    device = await makeDevice(server(), 'camera')
  })
  after(async () => {
    await directory[Symbol.asyncDispose]()
    await rm(file, { force: true })
  })

  for (const version of ['tls1_3', 'tls1_2'])
    it(`has the keys of a stream's connections as the client has them, ${version}`, async () => {
      const [stream, other] = [await makeStream(server()), await makeStream(server())]
      const keys = await uploadByOpenssl(stream, version)
      await curl(server(), `/streams/${other}/b.txt`, ['-T', '-', ...as(device)], 'text')
      let written: readonly string[] = []
      await until('the keys of both', async () => {
        written = await keysOf(stream)
        return written.length >= keys.length && (await keysOf(other)).length > 0
      })
      deepEqual(written.toSorted(), keys.toSorted())
      const randoms = new Set((await keysOf(other)).map((line) => line.split(' ')[1]))
      ok(!randoms.has(keys[0]?.split(' ')[1]), 'another stream has other keys')
    })

  it('writes lines of the NSS format to a file of this user alone', async () => {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'))
    ok(lines.length > 5)
    deepEqual(
      lines.filter((line) => !keylogLine.test(line)),
      [],
    )
    equal((await stat(file)).mode & 0o777, 0o600)
  })

  it('is warned of on the console, in /readyz and on every page', async () => {
    ok(server().log.some((line) => line === `Key log:       ${file}`))
    ok(
      server().log.some((line) =>
        /^Warning: The keys of all TLS connections are written to a file/.test(line),
      ),
    )
    for (const path of ['/readyz', '/access'])
      match((await curl(server(), path)).json.warnings.join(), /The keys of all TLS connections are written/)
  })

  it('takes secrets from the proxy alone', async () => {
    const json = [
      '-H',
      'content-type: application/json',
      '-H',
      'x-proxy-event: tls-secrets',
      '-d',
      '{"secrets":[]}',
    ]
    const { status, json: problem } = await curl(server(), '/events/tls-secrets', json)
    equal(status, 400)
    match(problem.detail, /only the TLS proxy itself/)
  })

  it('ends a start in words when the file cannot be written', async () => {
    const work = ['--port', '0', '--working-directory', join(directory.path, 'work')]
    const { code, stdout, stderr } = await run('node', [
      main,
      ...work,
      '--keylog',
      join(directory.path, 'none/keys.log'),
    ])
    equal(code, 1)
    match(
      `${stdout}${stderr}`,
      /^ingest did not start \(exit code 1\): KEYLOG: .*none\/keys\.log cannot be written \(ENOENT\)$/m,
    )
    doesNotMatch(`${stdout}${stderr}`, /Node\.js v|^ +at /m)
  })

  /** The lines that the client writes. */
  async function uploadByOpenssl(stream: string, version: string): Promise<readonly string[]> {
    const keys = join(directory.path, `${version}.log`)
    const args = [
      's_client',
      '-connect',
      `localhost:${server().port}`,
      `-${version}`,
      '-keylogfile',
      keys,
      '-ign_eof',
    ]
    const identity = ['-CAfile', server().rootCertificate, '-cert', device.cert, '-key', device.key]
    const input = `${putHead(`/streams/${stream}/a.txt`, 'Content-Length: 4', 'Connection: close')}text`
    const { stdout } = await run('openssl', [...args, '-quiet', ...identity], { input })
    match(String(stdout), /^HTTP\/1\.1 202/m)
    const lines = (await readFile(keys, 'utf8')).split('\n')
    return lines.filter((line) => line && !line.startsWith('#'))
  }

  async function keysOf(stream: string): Promise<readonly string[]> {
    const { status, text } = await curl(server(), `/keylog/${stream}`)
    equal(status, 200, text)
    return text.split('\n').filter(Boolean)
  }
})

describe('without --keylog', () => {
  const server = sharedServerOfSuite()

  it('there are no keys', async () => {
    const stream = await makeStream(server())
    const { status, json } = await curl(server(), `/keylog/${stream}`)
    equal(status, 404)
    match(json.detail, /start with --keylog FILE/)
    deepEqual((await curl(server(), '/readyz')).json.warnings, [])
  })
})
