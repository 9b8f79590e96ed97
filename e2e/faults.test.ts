import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { encodeClip } from '../services/camera/src/media/encode-clip.ts'
import { isProfileName, profiles } from '../services/camera/src/profiles/profiles.ts'
import { runCamera } from '../services/camera/src/run-camera.ts'
import type { SendResult } from '../services/camera/src/sending/send-plan.ts'
import { as, type CurlResponse, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import type { Standalone } from './server/standalone.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

/** More than arrives with the head of a request. */
const bytesOf = { large: Buffer.alloc(2 ** 20, 'x'), small: Buffer.from('some bytes') }

const segments = 3

interface Case {
  readonly name: string
  readonly fault: object
  readonly body?: keyof typeof bytesOf
  readonly only?: '1.1' | '2'
  readonly status?: number
  /** What the response has, or curl's complaint. */
  readonly shows: (response: CurlResponse) => void
  readonly upload: { readonly whole: boolean; readonly status: number | null }
  readonly reaction: string
}

const responded = (status: number) => (response: CurlResponse) =>
  equal(response.status, status, response.complaint)
const accepted = { upload: { whole: true, status: 202 }, reaction: 'accepted' }
const cutOff = { upload: { whole: false, status: null }, reaction: 'retried' }
const wasReset = ({ complaint }: CurlResponse) => match(complaint, /reset by peer/)
/** HTTP/1.1 without a response, or HTTP/2 without the end of one. */
const wasEnded = ({ complaint, exitCode }: CurlResponse) =>
  ok(exitCode === 52 || exitCode === 18, `exit ${exitCode}: ${complaint}`)

const cases: readonly Case[] = [
  ...[404, 408, 413, 500].map((status, i) => ({
    name: `status ${status} after the body`,
    fault: { kind: 'status', status },
    only: i % 2 === 0 ? ('1.1' as const) : ('2' as const),
    shows: responded(status),
    upload: { whole: false, status },
    reaction: 'retried',
  })),
  {
    name: 'status 503 with Retry-After before the body',
    fault: { kind: 'status', status: 503, at: 'head', retry_after: 7 },
    body: 'large',
    shows: (response) => {
      equal(response.status, 503)
      match(response.text, /retry-after: 7/i)
      equal(/HTTP\/\S+ 100/.test(response.text), false, 'asks for no body')
    },
    upload: { whole: false, status: 503 },
    reaction: 'retried',
  },
  ...(['head', 'end'] as const).map((at) => ({
    name: `a delay, ${at}`,
    fault: { kind: 'delay', seconds: 0.1, at },
    shows: responded(202),
    ...accepted,
  })),
  {
    name: 'a stall in the middle',
    fault: { kind: 'stall', seconds: 0.1 },
    body: 'large',
    shows: responded(202),
    ...accepted,
  },
  {
    name: 'slow reading',
    fault: { kind: 'slow', bytes_per_second: 1e9 },
    body: 'large',
    shows: responded(202),
    ...accepted,
  },
  ...(['rst', 'fin'] as const).flatMap((how) =>
    (['head', 'continue', 'middle', 'end'] as const).map((at) => ({
      name: `a cut, ${how}, ${at}`,
      fault: { kind: 'cut', how, at },
      body: at === 'end' ? ('small' as const) : ('large' as const),
      shows: how === 'rst' ? wasReset : wasEnded,
      ...cutOff,
    })),
  ),
  {
    name: 'GOAWAY',
    fault: { kind: 'goaway', code: 0 },
    only: '2',
    shows: (response) => {
      equal(response.status, 202, response.complaint)
      match(response.complaint, /GOAWAY/)
    },
    ...accepted,
  },
  ...(['head', 'middle', 'end'] as const).map((at) => ({
    name: `RST_STREAM, ${at}`,
    fault: { kind: 'reset', code: 2, at },
    only: '2' as const,
    body: at === 'end' ? ('small' as const) : ('large' as const),
    shows: (response: CurlResponse) => match(response.complaint, /INTERNAL_ERROR|err 2\b/),
    ...cutOff,
  })),
  {
    name: 'a large response',
    fault: { kind: 'large-response', bytes: 2_000_000 },
    shows: ({ status, text }) => {
      equal(status, 202)
      ok(text.length >= 2_000_000)
      equal(JSON.parse(text.slice(text.indexOf('{"padding'))).padding.length, 2_000_000 - 15)
    },
    ...accepted,
  },
]

describe('faults on purpose', function () {
  this.timeout(60_000)
  const server = sharedServerOfSuite({ VERDICT_WAIT: '20s' })
  let device: Identity
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  before(async () => {
    folder = await temporaryDirectory()
    device = await makeDevice(server(), 'cam')
    for (const [name, bytes] of Object.entries(bytesOf)) await writeFile(join(folder.path, name), bytes)
  })

  after(() => folder?.[Symbol.asyncDispose]())

  const post = (stream: string, body: object) =>
    curl(server(), `/faults/${stream}`, ['-XPOST', '--data-binary', JSON.stringify(body)])
  const faultsOf = async (stream: string) => (await curl(server(), `/faults/${stream}`)).json

  for (const httpVersion of ['1.1', '2'] as const)
    for (const { name, fault, body = 'small', only, shows, upload: recorded, reaction } of cases)
      if (only === undefined || only === httpVersion)
        it(`${name}, HTTP/${httpVersion}`, async () => {
          const stream = await makeStream(server())
          const made = await post(stream, { when: { nth: 1 }, fault })
          equal(made.status, 201, made.text)
          const path = `/streams/${stream}/object.m4s`
          const upload = [...as(device), '-T', join(folder.path, body)]
          const flags = [
            `--http${httpVersion}`,
            '-i',
            '-v',
            '-H',
            'Expect: 100-continue',
            '--expect100-timeout',
            '30',
          ]
          shows(await curl(server(), path, [...upload, ...flags]))
          // What the server did on purpose is over.
          equal((await curl(server(), path, upload)).status, 202)
          const uploads = (await curl(server(), `/streams/${stream}/uploads`)).json.uploads
          const hit = uploads.find((entry: { fault?: object }) => entry.fault)
          const { id: rule, does } = made.json.faults[0]
          deepEqual({ whole: hit.whole, status: hit.status }, recorded)
          equal(hit.fault.id, rule)
          equal(hit.fault.does, does)
          const codes = hit.findings.map(({ code }: { code: string }) => code)
          equal(codes.includes('body-incomplete'), false)
          const { faults, reactions } = await faultsOf(stream)
          deepEqual(
            faults.map(({ matched, hits, state }: Record<string, unknown>) => ({ matched, hits, state })),
            [{ matched: 2, hits: 1, state: 'over' }],
          )
          deepEqual(
            reactions.map(({ reaction, retries }: Record<string, unknown>) => ({ reaction, retries })),
            [{ reaction, retries: 1 }],
          )
          equal(reactions[0].upload, hit.id)
        })

  it('are no matter of clients: the header for the proxy is not passed on, in either direction', async () => {
    const stream = await makeStream(server())
    const flags = [...as(device), '-i', '-H', 'X-Connection-Fault: cut=rst', '-T', join(folder.path, 'small')]
    const plain = await curl(server(), `/streams/${stream}/a.m4s`, flags)
    equal(plain.status, 202)
    await post(stream, { fault: { kind: 'goaway' } })
    const faulted = await curl(server(), `/streams/${stream}/b.m4s`, ['--http2', ...flags])
    equal(faulted.status, 202)
    for (const { text } of [plain, faulted]) equal(/x-connection-fault/i.test(text), false)
    const { uploads } = (await curl(server(), `/streams/${stream}/uploads`)).json
    equal(/x-connection-fault/i.test(JSON.stringify(uploads)), false)
    equal(uploads[1].fault.does, 'sent GOAWAY with code 0')
  })

  it('refuse a further connection while as many as allowed have uploads in flight', async () => {
    const stream = await makeStream(server())
    await post(stream, { fault: { kind: 'connections', max: 1 } })
    const upload = (name: string) => `/streams/${stream}/${name}.m4s`
    const first = startUpload(server(), upload('first'), device)
    const isInFlight = async () =>
      (await curl(server(), `/streams/${stream}?summary=true`)).json.in_flight === 1
    await until('the first is in flight', isInFlight)
    const flags = [...as(device), '-i', '-T', join(folder.path, 'small')]
    const second = await curl(server(), upload('second'), flags)
    equal(second.status, 503)
    match(second.text, /retry-after: 1/i)
    first.stdin.end('the end')
    await first.ended
    equal((await curl(server(), upload('second'), flags)).status, 202)
    const { reactions } = await faultsOf(stream)
    deepEqual(
      reactions.map(({ path, reaction }: Record<string, unknown>) => ({ path, reaction })),
      [{ path: 'second.m4s', reaction: 'retried' }],
    )
  })

  it('do nothing to a stream whose rules are removed, one by one or all', async () => {
    const stream = await makeStream(server())
    const rule = { fault: { kind: 'status', status: 500 } }
    const [first] = (await post(stream, rule)).json.faults
    await post(stream, { script: 'server-restarts' })
    const remove = (path: string) => curl(server(), `/faults/${path}`, ['-XDELETE'])
    deepEqual((await remove(`${stream}/${first.id}`)).json.removed, [first.id])
    equal((await remove(`${stream}/${first.id}`)).json.code, 'fault-unknown')
    const left = (await faultsOf(stream)).faults
    deepEqual(
      left.map(({ script }: { script: string }) => script),
      ['server-restarts', 'server-restarts'],
    )
    equal((await remove(stream)).json.removed.length, 2)
    const { status } = await curl(server(), `/streams/${stream}/a.m4s`, [
      ...as(device),
      '-T',
      join(folder.path, 'small'),
    ])
    equal(status, 202)
    deepEqual(await faultsOf(stream), { stream_id: Number(stream), faults: [], reactions: [], sessions: [] })
  })

  it('are refused in words for streams that do not exist, and when they make no sense', async () => {
    const stream = await makeStream(server())
    equal((await post('99999', { script: 'disk-full' })).json.code, 'stream-unknown')
    for (const flags of [[], ['-XDELETE']])
      equal((await curl(server(), '/faults/99999', flags)).json.code, 'stream-unknown')
    const words = [
      [{ script: 'no-such' }, /script must be "server-restarts" or "disk-full"/],
      [{ script: 'disk-full', fault: {} }, /must not have "fault"/],
      [{ when: { nth: 1, every: 2 }, fault: { kind: 'cut' } }, /nth and every; only one of them can choose/],
      [{ fault: { kind: 'delay', seconds: 1e9 } }, /fault.seconds must be at most 600/],
      [[], /the JSON body/],
    ] as const
    for (const [body, expected] of words) {
      const { status, json } = await post(stream, body)
      equal(status, 400)
      match(json.detail, expected)
    }
    const notJson = await curl(server(), `/faults/${stream}`, ['-XPOST', '-d', '{'])
    equal(notJson.json.code, 'request-malformed')
    deepEqual((await faultsOf(stream)).faults, [])
  })

  describe('with simulated cameras', () => {
    let camera: (stream: string, profile: string, by?: Identity) => Promise<SendResult>
    before(async () => {
      const clip = await encodeClip(segments)
      camera = async (stream, name, by = device) => {
        const files = [server().rootCertificate, by.cert, by.key].map((file) => readFile(file))
        const [ca, cert, key] = await Promise.all(files)
        ok(ca && cert && key && isProfileName(name))
        const url = new URL(`${server().url}/streams/${stream}`)
        const sent = { clip, segments, url, credentials: { ca, cert, key }, isFast: true, faults: [] }
        const retry = { delays: [50, 50, 50], sleep }
        return runCamera({ ...sent, profile: profiles[name] }, { retry, report: () => undefined })
      }
    })

    const second = { when: { kind: 'segment', track: 'video', nth: 2 } }

    it('find the second segment of video, and say that the camera sent it again', async () => {
      const stream = await makeStream(server(), '?interface=dash')
      await post(stream, { ...second, fault: { kind: 'cut' } })
      equal((await camera(stream, 'matter-1.6')).failed, 0)
      const { reactions } = await faultsOf(stream)
      equal(reactions.length, 1)
      const [{ path, reaction, retries, same_bytes, data_lost, says }] = reactions
      deepEqual(
        { path, reaction, retries, same_bytes, data_lost },
        {
          path: 'session_1/video/segment_1002.m4s',
          ...{ reaction: 'retried', retries: 1 },
          same_bytes,
          data_lost: false,
        },
      )
      match(says, /^The camera retried once after .* Nothing was lost\.$/)
      // Neither the cut nor the retry is an error of the camera.
      const { json } = await curl(server(), `/streams/${stream}/report?faults=true`)
      const bad = json.rules.filter(
        ({ result, severity }: Record<string, unknown>) => result === 'violated' && severity !== 'note',
      )
      deepEqual(bad, [])
      deepEqual(json.faults, reactions)
    })

    it('let its certificate expire in mid-session, and say what was lost and when it was renewed', async () => {
      const stream = await makeStream(server(), '?interface=dash')
      equal((await post(stream, { script: 'certificate-expires' })).status, 201)
      const { failed } = await camera(stream, 'matter-1.6')
      ok(failed > 0)
      // An open connection is refused as a new one is, and the words are those of a real end.
      const path = `/streams/${stream}/session_1/video/segment_1009.m4s`
      const flags = [...as(device), '-T', join(folder.path, 'small')]
      const refused = await curl(server(), path, flags)
      deepEqual([refused.status, refused.json.code], [403, 'certificate-expired'])
      const before = await faultsOf(stream)
      equal(before.reactions.length, failed + 1)
      for (const { certificate } of before.reactions) equal(certificate, 'kept')
      // The device renews, sends the refused object again, and goes on.
      const renewed = await makeDevice(server(), 'cam-renewed')
      equal((await curl(server(), path, [...as(renewed), '-T', join(folder.path, 'small')])).status, 202)
      const { reactions, sessions } = await faultsOf(stream)
      for (const { certificate, renewed_after_ms } of reactions) {
        equal(certificate, 'renewed')
        ok(renewed_after_ms > 0)
      }
      equal(reactions.at(-1).reaction, 'retried')
      const [{ session, objects, lost, pending }] = sessions
      deepEqual([session, objects, sessions.length], ['1', failed + 1, 1])
      equal(lost.length + pending.length, failed)
      ok(!lost.includes('session_1/video/segment_1009.m4s'))
      const { json } = await curl(server(), `/streams/${stream}/report?faults=true`)
      deepEqual(json.faults, reactions)
    })

    it('say that a camera goes on without what was refused, and blame no gap on it', async () => {
      const stream = await makeStream(server(), '?interface=dash')
      await post(stream, { ...second, fault: { kind: 'status', status: 500 } })
      equal((await camera(stream, 'matter-1.6')).failed, 1)
      const { reactions } = await faultsOf(stream)
      const [{ reaction, data_lost, says }] = reactions
      deepEqual({ reaction, data_lost }, { reaction: 'skipped', data_lost: true })
      match(says, /^The camera did not retry and went on with a later object .* This object is lost\.$/)
      const { json } = await curl(server(), `/streams/${stream}/report`)
      const gap = json.rules.find(({ code }: { code: string }) => code === 'segment-number-gap')
      equal(gap.result === 'violated', false)
    })
  })
})

/** An upload whose body is written by the test. */
function startUpload({ url, rootCertificate }: Standalone, path: string, device: Identity) {
  const flags = ['-sS', '--cacert', rootCertificate, ...as(device), '--no-buffer', '-T', '-']
  const child = spawn('curl', [...flags, `${url}${path}`], { stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.write('the beginning')
  return { stdin: child.stdin, ended: once(child, 'close') }
}
