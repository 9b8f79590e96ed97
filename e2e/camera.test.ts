import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '@pushav/shared/testing/until.ts'
import { faults, parseFaults } from '../services/camera/src/faults/faults.ts'
import type { Clip } from '../services/camera/src/media/clip.ts'
import { encodeClip } from '../services/camera/src/media/encode-clip.ts'
import { isProfileName, profiles } from '../services/camera/src/profiles/profiles.ts'
import { runCamera } from '../services/camera/src/run-camera.ts'
import { longRequests } from '../services/camera/src/sending/long-requests.ts'
import { type Credentials, openTransport } from '../services/camera/src/sending/transport.ts'
import { type Identity, makeDevice } from './clients/curl.ts'
import { type Client, keepAlive } from './clients/keep-alive.ts'
import { freePort } from './server/free-port.ts'
import { pidOf } from './server/processes.ts'
import { run } from './server/run.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

const main = join(import.meta.dirname, '../services/camera/src/main.ts')
const segments = 3

interface Row {
  readonly code: string
  readonly severity: string
  readonly result: string
}

/** How many segments a camera sends, and how it waits when it sends to a stream. */
interface Pace {
  readonly length?: number
  readonly sleepOn?: (stream: string) => (milliseconds: number) => Promise<unknown>
}

describe('simulated cameras', function () {
  this.timeout(60_000)
  const server = sharedServerOfSuite({ VERDICT_WAIT: '20s' })
  let device: Identity
  let client: Client
  let credentials: Credentials
  let clip: Clip
  before('makes a device and media', async () => {
    device = await makeDevice(server(), 'cam')
    client = await keepAlive(server(), device, 4)
    const files = [server().rootCertificate, device.cert, device.key].map((file) => readFile(file))
    const [ca, cert, key] = await Promise.all(files)
    ok(ca && cert && key)
    credentials = { ca, cert, key }
    clip = await encodeClip(segments)
  })
  after(() => client?.[Symbol.dispose]())

  /** A recording on a stream of its own; the lines that the camera reports. */
  async function record(
    name: string,
    planted = '',
    report: (path: string) => unknown = () => undefined,
    { length = segments, sleepOn = () => sleep }: Pace = {},
  ) {
    ok(isProfileName(name))
    const profile = profiles[name]
    const { json } = await client.send('POST', `/streams?interface=${profile.interface}&strict=false`)
    const url = new URL(`${server().url}/streams/${json.id}`)
    const lines: string[] = []
    const camera = { profile, clip, segments: length, url, credentials, isFast: true }
    const retry = { delays: Array.from({ length: 200 }, () => 50), sleep: sleepOn(String(json.id)) }
    const result = await runCamera(
      { ...camera, faults: planted === '' ? [] : parseFaults(planted) },
      {
        retry,
        report: (...line) => {
          lines.push(line.join(' '))
          report(line[0])
        },
      },
    )
    return { stream: String(json.id), lines, result }
  }

  async function violated(stream: string): Promise<readonly Row[]> {
    const { json } = await client.send('GET', `/streams/${stream}/report`)
    return json.rules.filter(({ result }: Row) => result === 'violated')
  }

  for (const name of Object.keys(profiles)) {
    it(`make no error and no warning without faults: ${name}`, async () => {
      const { stream, result, lines } = await record(name)
      equal(result.failed, 0, lines.join('\n'))
      ok(result.sent >= 2)
      const bad = (await violated(stream)).filter(({ severity }) => severity !== 'note')
      deepEqual(bad, [])
      const { json } = await client.send('GET', `/streams/${stream}/uploads?limit=1000`)
      // One long request is an upload for each of its segments as well.
      ok(json.uploads.length >= result.sent)
    })
  }

  describe('with a fault', () => {
    const recorded = new Map<string, Promise<string>>()
    before('starts all of them, eight at a time', () => {
      const waiting = Object.values(faults)
      const inTurn = Array.from({ length: 8 }, () => Promise.resolve())
      for (const [at, { example, profile }] of waiting.entries()) {
        const before = inTurn[at % inTurn.length]
        const recording = Promise.resolve(before).then(async () => (await record(profile, example)).stream)
        recorded.set(example, recording)
        inTurn[at % inTurn.length] = recording.then(
          () => undefined,
          () => undefined,
        )
      }
    })

    for (const { example, finding, profile, does } of Object.values(faults)) {
      it(`show ${finding}: ${example}, ${profile} ${does}`, async () => {
        const stream = (await recorded.get(example)) ?? ''
        const codes = async () => (await violated(stream)).map(({ code }) => code)
        const isShown = async () => (await codes()).includes(finding)
        await until(finding, isShown, 10_000).catch(async () => ok(await isShown(), `only ${await codes()}`))
      })
    }
  })

  it('break their long requests off and begin others when they start again', async () => {
    let restarts = 0
    /** It is there again when the server has learnt that one more request is lost. */
    const sleepOn = (stream: string) => async () => {
      const expected = ++restarts
      await until('the loss', async () => {
        const { json } = await client.send('GET', `/streams/${stream}/uploads?limit=100`)
        return json.uploads.filter(({ whole }: { whole: boolean }) => !whole).length >= expected
      })
    }
    const { stream, result, lines } = await record('dash-if-1', 'reboot=12s', undefined, {
      length: 6,
      sleepOn,
    })
    equal(result.failed, 0, lines.join('\n'))
    equal(lines.filter((line) => line.endsWith(' lost broken off by the camera')).length, 2, lines.join('\n'))
    const codes = async () => (await violated(stream)).filter(({ severity }) => severity !== 'note')
    await until('both losses', async () => (await codes()).length > 1)
    deepEqual((await codes()).map(({ code }) => code).sort(), ['body-incomplete', 'session-restarted'])
    const { json } = await client.send('GET', `/streams/${stream}`)
    deepEqual(
      json.sessions.map(({ key, phase }: { key: string; phase: string }) => [key, phase]),
      [
        ['none', 'abandoned'],
        ['none.2', 'open'],
      ],
    )
  })

  describe('from the command line', () => {
    const flags = (url: string) => [
      ...[main, '--fast', '--for', '4s', '--url', url, '--cacert', server().rootCertificate],
      ...['--cert', device.cert, '--key', device.key],
    ]
    const camera = async (url: string, more: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => {
      const given = more.includes('--profile') ? more : ['--profile', 'esp', ...more]
      const ended = await run(process.execPath, [...flags(url), ...given], {
        env: { ...process.env, ...env },
      })
      return { ...ended, lines: String(ended.stdout).trimEnd().split('\n') }
    }

    it('print a line for each object, each camera on a stream of its own, and end with 0', async () => {
      const { code, lines, stderr } = await camera(`${server().url}/streams`, ['--count', '3'])
      equal(code, 0, stderr)
      equal(stderr, 'camera: 12 objects, 0 of them not accepted\n')
      equal(lines.length, 12)
      for (const line of lines) match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z \/streams\/\d+\/session_1\/\S+ 202$/)
      equal(new Set(lines.map((line) => /streams\/(\d+)/.exec(line)?.[1])).size, 3)
    })

    it('say what the server refuses, in its words, and end with 1', async () => {
      const { code, lines } = await camera(`${server().url}/streams/99999`)
      equal(code, 1)
      equal(lines.length, 4)
      for (const line of lines) match(line, / 404 .*stream/)
    })

    it('say that the connection is lost, and end with 1', async () => {
      const nowhere = `https://localhost:${await freePort()}`
      const { code, lines } = await camera(`${nowhere}/streams/1`, ['--no-retry'])
      equal(code, 1)
      equal(lines.length, 4)
      for (const line of lines) match(line, / lost .*ECONNREFUSED/)
      const long = await camera(`${nowhere}/streams/1`, ['--no-retry', '--profile', 'dash-if-1'])
      deepEqual([long.code, long.lines.length], [1, 2])
      const unmade = await camera(`${nowhere}/streams`, ['--no-retry'])
      equal(unmade.code, 1)
      match(unmade.stderr, /^camera: no stream was made, the server cannot be reached: .*ECONNREFUSED.*\n$/)
    })

    it('say that a server certificate is not trusted, and end with 1', async () => {
      const root = join(server().workingDirectory, 'certs/device/root.pem')
      const { code, stderr } = await camera(`${server().url}/streams/1`, ['--cacert', root])
      equal(code, 1)
      match(stderr, /^camera: no TLS connection: .*\n$/)
    })

    it('say that a certificate is missing or no certificate, and end with 1', async () => {
      const missing = await camera(`${server().url}/streams/1`, ['--cert', '/nowhere/dev.pem'])
      deepEqual(
        [missing.code, missing.stderr],
        [1, 'camera: cannot read the file of --cert: /nowhere/dev.pem (ENOENT)\n'],
      )
      const other = await camera(`${server().url}/streams/1`, ['--key', main])
      deepEqual([other.code, other.stderr], [1, `camera: the file of --key is no PEM: ${main}\n`])
      const root = join(server().workingDirectory, 'certs/server/root.pem')
      const unfit = await camera(`${server().url}/streams/1`, ['--key', root])
      equal(unfit.code, 1)
      match(unfit.stderr, /^camera: the files of --cert, --key and --cacert cannot be used together: .*\n$/)
    })

    it('say that ffmpeg is missing, and end with 1', async () => {
      const { code, stderr } = await camera(`${server().url}/streams/1`, [], { PATH: '/nowhere' })
      equal(code, 1)
      match(stderr, /^camera: ffmpeg is missing: install it/)
    })

    it('say what is wrong with their flags, and end with 2', async () => {
      const { code, stderr } = await camera(`${server().url}/streams/1`, ['--faults', 'nap=1'])
      equal(code, 2)
      match(stderr, /^camera: unknown fault nap=1\nfaults:\n[\s\S]*skip=2/)
    })
  })

  // The standalone gives a process up that exits three times in a minute.
  describe('when the server goes away and comes back', () => {
    it('go on', async () => {
      const seen = server().log.length
      const proxy = await pidOf(server().pid, 'proxy')
      let isKilled = false
      const { lines, result } = await record('dash-if-2', '', () => {
        if (!isKilled) process.kill(proxy, 'SIGKILL')
        isKilled = true
      })
      await server().logged(/process restarted.*"proxy"/, seen)
      equal(result.failed, 0, lines.join('\n'))
      ok(
        lines.some((line) => / lost .*; trying again in 0.05 s$/.test(line)),
        lines.join('\n'),
      )
    })

    it('go on with a long request', async () => {
      const { json } = await client.send('POST', '/streams?interface=cmaf-ingest&strict=false')
      const path = `/streams/${json.id}`
      const profile = profiles['dash-if-1']
      const recording = { clip, segments, startedAt: new Date(0), session: '1' }
      const [init, segment] = profile.planOf(recording).filter(({ track }) => track === 'video')
      ok(init && segment)
      using transport = openTransport(new URL(server().url), credentials, true)
      const words: string[] = []
      const statuses: number[] = []
      const report = (line: string) => void words.push(line)
      const long = longRequests({
        transport,
        retryFor: () => ({ delays: [50], sleep, report }),
        settle: async (_path, response) => void statuses.push((await response).status),
      })
      await long.add(`${path}/${init.path}`, init)
      const seen = server().log.length
      await server().crash('proxy')
      await server().logged(/process restarted.*"proxy"/, seen)
      await until('the loss', async () => {
        await long.add(`${path}/${segment.path}`, segment)
        return words.length > 0
      })
      await long.end()
      deepEqual(statuses, [202])
      match(words[0] ?? '', /^.+; trying again in 0.05 s$/)
    })
  })
})
