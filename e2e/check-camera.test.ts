import { deepEqual, equal, match } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { freePort } from './server/free-port.ts'
import { run } from './server/run.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

const root = join(import.meta.dirname, '..')

describe('npm run check-camera', function () {
  this.timeout(90_000)
  const server = serverOfSuite([], { SESSION_IDLE: '300ms' })
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let device: Identity
  before(async () => {
    directory = await temporaryDirectory()
    device = await makeDevice(server(), 'camera')
  })
  after(() => directory[Symbol.asyncDispose]())

  it('exits with 0 when the camera does what is expected', async () => {
    const stream = await makeStream(server())
    const checked = check(stream, { tracks: [{ codec: 'avc1' }], rules: { 'upload-repeated': 'error' } })
    await record(stream)
    const { code, output } = await checked
    deepEqual([output, code], [`stream ${stream}: pass\n`, 0])
    deepEqual(await junit(), ['3 0', 'tracks', 'sessions', 'max_errors'])
  })

  it('exits with 1 and says why when it does not', async () => {
    const stream = await makeStream(server())
    await curl(server(), `/streams/${stream}/wrong.txt`, ['-T', '-', ...as(device)], 'no media')
    const { code, output } = await check(stream, { max_warnings: 0 })
    equal(code, 1)
    match(
      output,
      new RegExp(`^stream ${stream}: fail\n  fail max_errors: expected at most 0 .* extension 1\n`),
    )
    deepEqual(await junit(), ['3 2', 'sessions timeout', 'max_errors fail', 'max_warnings'])
  })

  it('exits with 3 when there is no verdict in time', async () => {
    const stream = await makeStream(server())
    const { code, output, complaint } = await check(stream, {}, ['--timeout', '0.2'])
    equal(complaint, '')
    equal(code, 3)
    match(
      output,
      /: no verdict within 0\.2 s\n {2}pending sessions: expected at least 1 complete session, received 0\n/,
    )
    deepEqual(await junit(), ['2 1', 'sessions timeout', 'max_errors'])
  })

  it('goes on when ingest is killed while it waits', async () => {
    const stream = await makeStream(server())
    const checked = check(stream, {})
    await until(
      'the expectations are set',
      async () => (await curl(server(), `/expectations/${stream}`)).json.expectations,
    )
    await server().crash('ingest')
    await record(stream)
    equal((await checked).code, 0)
  })

  it('exits with 2 and says why when it cannot check', async () => {
    const stream = await makeStream(server())
    const unused = await freePort()
    const cases: readonly (readonly [args: readonly string[], words: RegExp])[] = [
      [['--stream', '0'], /--stream must be the id of a stream/],
      [['--strict'], /Unknown option '--strict'.*--help/],
      [['--timeout', 'soon'], /--timeout must be a number of seconds/],
      [['--url', 'http://localhost:1'], /--url must be the URL of a server/],
      [['--cert', 'none.pem'], /--cert and --key must be given together/],
      [['--expect', 'none.json'], /ENOENT.*none\.json/],
      [['--expect', join(root, 'LICENSE')], /LICENSE is not valid JSON/],
      [['--stream', '999'], /there is no stream 999/],
      [['--url', `https://localhost:${unused}`], /cannot be reached: .*ECONNREFUSED/],
      [['--cacert', '/etc/hostname'], /certificate that is not trusted .*--cacert names its root/],
      [['--junit', 'none/out.xml'], /ENOENT.*none\/out\.xml/],
    ]
    const all = await Promise.all(
      // npm takes half a second each time, and changes nothing here.
      cases.map(([args]) => checkWith('node', [join(root, script)], stream, { sessions: { min: 0 } }, args)),
    )
    for (const [at, { code, complaint }] of all.entries()) {
      match(complaint, cases[at]?.[1] ?? /never/)
      equal(code, 2, complaint)
    }
    const unknown = await check(stream, { trackz: [] })
    match(unknown.complaint, /^check-camera: the JSON body is not as expected: it must not have "trackz"\n$/)
    equal(unknown.code, 2)
    equal(existsSync(join(directory.path, 'out.xml')), false, 'the result of an earlier check is removed')
  })

  it('prints its flags', async () => {
    const { code, stdout } = await run('node', [join(root, script), '--help'])
    equal(code, 0)
    match(String(stdout), /Exit code: 0 pass, 1 fail, 2 wrong usage or no server, 3 no verdict in time/)
  })

  const script = 'services/standalone/src/check-camera/main.ts'

  /** As a user runs it, from a directory of the user's. */
  const check = (stream: string, expectations: object, args: readonly string[] = []) =>
    checkWith('npm', ['--prefix', root, 'run', '-s', 'check-camera', '--'], stream, expectations, args)

  async function checkWith(
    command: string,
    first: readonly string[],
    stream: string,
    expectations: object,
    more: readonly string[],
  ) {
    const { url, rootCertificate } = server()
    await writeFile(join(directory.path, 'expect.json'), JSON.stringify(expectations))
    const files = ['--expect', 'expect.json', '--junit', 'out.xml', '--cacert', rootCertificate]
    const args = [...first, '--url', url, '--stream', stream, ...files, ...more]
    const { code, stdout, stderr } = await run(command, args, { cwd: directory.path })
    return { code, output: String(stdout), complaint: stderr }
  }

  /** An init segment and a segment; silence ends their session. */
  async function record(stream: string): Promise<void> {
    const bodies = [
      Buffer.concat([ftyp, moov()]),
      Buffer.concat([styp('msdh'), chunk({ sequence: 1, at: 0 })]),
    ]
    for (const [n, body] of bodies.entries()) {
      const { status, text } = await curl(
        server(),
        `/streams/${stream}/v${n}.mp4`,
        ['-T', '-', ...as(device)],
        body,
      )
      equal(status, 202, text)
    }
  }

  /** Tests and failures of the JUnit file, then each case with the type of its failure. */
  async function junit(): Promise<string[]> {
    const input = await readFile(join(directory.path, 'out.xml'))
    return execFileSync('python3', ['-c', reader], { input, encoding: 'utf8' }).trim().split('\n')
  }
})

const reader = `
import sys, xml.etree.ElementTree as tree
suites = tree.fromstring(sys.stdin.buffer.read())
print(suites.get("tests"), suites.get("failures"))
for case in suites.iter("testcase"):
    print(" ".join([case.get("name")] + [failure.get("type") for failure in case.iter("failure")]))`
