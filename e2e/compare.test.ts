import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { comparison } from '@pushav/shared/api/evidence/compare.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { parseFaults } from '../services/camera/src/faults/faults.ts'
import type { Clip } from '../services/camera/src/media/clip.ts'
import { encodeClip } from '../services/camera/src/media/encode-clip.ts'
import { profiles } from '../services/camera/src/profiles/profiles.ts'
import { runCamera } from '../services/camera/src/run-camera.ts'
import { curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { freePort } from './server/free-port.ts'
import { run } from './server/run.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

const root = join(import.meta.dirname, '..')
const script = join(root, 'services/standalone/src/compare/main.ts')
const segments = 5

describe('npm run compare', function () {
  this.timeout(90_000)
  const server = sharedServerOfSuite({ VERDICT_WAIT: '20s' })
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let device: Identity
  let clip: Clip
  let good = ''
  let worse = ''
  before('records a firmware and a worse one', async () => {
    directory = await temporaryDirectory()
    device = await makeDevice(server(), 'camera')
    clip = await encodeClip(segments)
    good = await record('')
    worse = await record('skip=3,codec=wrong')
  })
  after(() => directory[Symbol.asyncDispose]())

  it('exits with 0 for a recording and itself', async () => {
    const { code, output } = await compare(good, `${good}/session_1`)
    equal(code, 0, output)
    match(
      output,
      new RegExp(`^stream ${good}, session 1 against stream ${good}: equal \\(0 worse, 0 better, 0 diff`),
    )
  })

  it('exits with 1 for a worse firmware and names its rows', async () => {
    const { code, output } = await compare(good, worse)
    equal(code, 1, output)
    match(output, /worse +error segment-number-gap: met -> [1-9]\d* uploads/)
    match(output, /worse +with_errors: 0 % -> /)
    match((await compare(worse, good)).output, /better +error segment-number-gap: [1-9]\d* uploads -> met/)
    const { json } = await curl(server(), `/compare?a=${good}&b=${worse}`)
    const { verdict, rows } = comparison.parse(json)
    equal(verdict, 'worse')
    const printed = comparison.parse(JSON.parse((await compare(good, worse, ['--json'])).output))
    deepEqual(printed.rows, rows)
  })

  it('compares reports in files', async () => {
    for (const [name, stream] of [
      ['old.json', good],
      ['new.json', worse],
    ] as const) {
      const { body } = await curl(server(), `/streams/${stream}/report?metrics=true`)
      await writeFile(join(directory.path, name), body)
    }
    const { code, output } = await runCompare(['--a', 'old.json', '--b', 'new.json'])
    equal(code, 1, output)
    match(output, /segment-number-gap/)
    const { rules, ...rest } = JSON.parse(await readFile(join(directory.path, 'old.json'), 'utf8'))
    await writeFile(
      join(directory.path, 'plain.json'),
      JSON.stringify({ ...rest, rules, metrics: undefined }),
    )
    const plain = await runCompare(['--a', 'plain.json', '--b', 'old.json'])
    equal(plain.code, 0, plain.output)
    match(plain.output, /a report has no metrics: its rules alone are compared/)
  })

  it('exits with 2 and says why when it cannot compare', async () => {
    await writeFile(join(directory.path, 'text.json'), 'no JSON')
    await writeFile(join(directory.path, 'other.json'), '{"stream_id": 1, "session": null, "rules": [{}]}')
    const unused = await freePort()
    const { url, rootCertificate } = server()
    const online = ['--url', url, '--cacert', rootCertificate, '--a', good]
    const cases: readonly (readonly [args: readonly string[], words: RegExp])[] = [
      [['--a', '1'], /--a 1 is a stream: --url must name its server/],
      [['--b', 'old.json'], /--a must name a report\.json, or with --url a stream/],
      [['--a', 'none.json', '--b', 'text.json'], /ENOENT.*none\.json/],
      [['--a', 'text.json', '--b', 'text.json'], /text\.json is no JSON/],
      [
        ['--a', 'other.json', '--b', 'other.json'],
        /other\.json is no report of push-av-server: rules\.0\.code/,
      ],
      [[...online, '--b', '999'], /there is no stream 999/],
      [[...online, '--b', `${good}/7`], /has no session 7/],
      [[...online, '--b', good, '--url', `https://localhost:${unused}`], /cannot be reached: .*ECONNREFUSED/],
      [[...online, '--b', good, '--cacert', '/etc/hostname'], /certificate that is not trusted/],
      [[...online, '--b', good, '--key', 'a.key'], /--cert and --key must be given together/],
    ]
    for (const [args, words] of cases) {
      const { code, complaint } = await runCompare(args)
      match(complaint, words)
      equal(code, 2, complaint)
    }
  })

  it('prints its flags', async () => {
    const { code, stdout } = await run('npm', ['--prefix', root, 'run', '-s', 'compare', '--', '--help'])
    equal(code, 0)
    match(String(stdout), /Exit code: 0 B is not worse than A, 1 it is worse, 2 they could not be compared/)
  })

  const compare = (a: string, b: string, more: readonly string[] = []) => {
    const { url, rootCertificate } = server()
    return runCompare(['--url', url, '--cacert', rootCertificate, '--a', a, '--b', b, ...more])
  }

  async function runCompare(args: readonly string[]) {
    const { code, stdout, stderr } = await run('node', [script, ...args], { cwd: directory.path })
    return { code, output: String(stdout), complaint: stderr }
  }

  /** A recording on a stream of its own. */
  async function record(planted: string): Promise<string> {
    const profile = profiles['matter-1.6']
    const stream = await makeStream(server(), `?interface=${profile.interface}`)
    const [ca, cert, key] = await Promise.all(
      [server().rootCertificate, device.cert, device.key].map((file) => readFile(file)),
    )
    ok(ca && cert && key)
    const url = new URL(`${server().url}/streams/${stream}`)
    const camera = { profile, clip, segments, url, credentials: { ca, cert, key }, isFast: true }
    const faults = planted === '' ? [] : parseFaults(planted)
    await runCamera({ ...camera, faults }, { retry: { delays: [50, 50], sleep }, report: () => undefined })
    return stream
  }
})
