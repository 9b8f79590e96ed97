import { deepEqual, equal, rejects, throws } from 'node:assert/strict'
import { until } from '@pushav/shared/testing/until.ts'
import { UsageError } from '../camera-error.ts'
import { LostConnection, type Reply } from '../sending/transport.ts'
import { timeOf } from './paced-body.ts'
import { type RecordedLine, type RecordedUpload, type SessionRecord, uploadsOf } from './recording.ts'
import { readReplayOptions } from './replay-options.ts'
import { type ReplayOutcome, replayRecording } from './replay-recording.ts'
import { type ReplayConnection, requestOf } from './replay-request.ts'
import { createReplaySummary } from './replay-summary.ts'

const line = (id: string, startedMs: number, more: Partial<RecordedLine> = {}): RecordedLine => ({
  ...{
    id,
    path: `session_1/${id}`,
    method: 'PUT',
    startedMs,
    receivedMs: startedMs + 10,
    bytes: 4,
    sha256: '',
  },
  ...{ isCutOff: false, kind: 'segment', status: 202, connection: 'one', httpVersion: '1.1', headers: [] },
  ...{ hasCertificate: true, isDecoded: false, part: null },
  ...more,
})

const recordingOf = (lines: readonly RecordedLine[]): SessionRecord => ({
  ...{ interface: null, uploads: uploadsOf(lines) },
  async *body() {
    yield Buffer.from('body')
  },
  [Symbol.asyncDispose]: async () => undefined,
})

describe('a replay', () => {
  /** Sends with a clock that sleeping alone moves; when each request began, by its path. */
  async function replay(
    lines: readonly RecordedLine[],
    speed: number,
    replies: readonly (number | Error)[] = [],
  ) {
    let nowMs = 0
    const began: [path: string, atMs: number, connection: string][] = []
    const outcomes: ReplayOutcome[] = []
    const closed: string[] = []
    const connect = ({ connection: name }: RecordedUpload): ReplayConnection => ({
      async send({ path }): Promise<Reply> {
        const reply = replies[began.length] ?? 202
        began.push([path, nowMs, name])
        if (reply instanceof Error) throw reply
        return { status: reply, body: '{"detail":"no"}' }
      },
      close: () => void closed.push(name),
    })
    const sleep = async (ms: number) => {
      nowMs += ms
    }
    const deps = {
      connect,
      nowMs: () => nowMs,
      sleep,
      report: (outcome: ReplayOutcome) => outcomes.push(outcome),
    }
    await replayRecording(recordingOf(lines), '/streams/1', speed, deps)
    return { began, outcomes, closed }
  }

  it('sends in the order and the timing of the record, each connection until its last request', async () => {
    const lines = [line('b', 5_000, { connection: 'two' }), line('a', 1_000), line('c', 9_000)]
    const { began, closed } = await replay(lines, 2)
    deepEqual(began, [
      ['/streams/1/session_1/a', 0, 'one'],
      ['/streams/1/session_1/b', 2_000, 'two'],
      ['/streams/1/session_1/c', 4_000, 'one'],
    ])
    deepEqual(closed, ['two', 'one'])
    deepEqual(
      (await replay(lines, Number.POSITIVE_INFINITY)).began.map(([, atMs]) => atMs),
      [0, 0, 0],
    )
  })

  it('names the statuses that are not as recorded', async () => {
    const lines = [
      line('a', 0),
      line('b', 20, { status: 400 }),
      line('c', 40, { status: null }),
      line('d', 60),
    ]
    const { outcomes } = await replay(lines, 1, [404, 400, 202, new LostConnection('reset')])
    deepEqual(
      outcomes.map(({ isAsRecorded }) => isAsRecorded),
      [false, true, true, false],
    )
    const summary = createReplaySummary()
    for (const outcome of outcomes) summary.add(outcome)
    deepEqual(summary.lines(), [
      'segment: 4 sent, 1 with status 404, 1 with status 400, 1 with status 202, 1 with lost',
      '  session_1/a: recorded 202, received 404: no',
      '  session_1/d: recorded 202, received no response: reset',
    ])
  })

  it('begins a request only when those are over that were over in the record', async () => {
    const replies: PromiseWithResolvers<Reply>[] = []
    const connect = (): ReplayConnection => ({
      send() {
        const reply = Promise.withResolvers<Reply>()
        replies.push(reply)
        return reply.promise
      },
      close: () => undefined,
    })
    // The first two overlap, the third began when both had come.
    const lines = [line('a', 0, { receivedMs: 50 }), line('b', 40), line('c', 60)]
    const deps = { connect, nowMs: () => 0, sleep: async () => undefined, report: () => undefined }
    const replayed = replayRecording(recordingOf(lines), '/streams/1', Number.POSITIVE_INFINITY, deps)
    await until('two requests at once', async () => replies.length === 2)
    replies[0]?.resolve({ status: 202, body: '' })
    await new Promise((resolve) => setImmediate(resolve))
    equal(replies.length, 2)
    replies[1]?.resolve({ status: 202, body: '' })
    await until('the third request', async () => replies.length === 3)
    replies[2]?.resolve({ status: 202, body: '' })
    await replayed
  })

  it('ends where the server was never reached', async () => {
    await rejects(replay([line('a', 0), line('b', 20)], 1, [new LostConnection('refused')]), /refused/)
  })
})

describe('a recorded request', () => {
  it('has the recorded headers but those that the replay makes, and no credential', () => {
    const headers = [
      ['Host', 'camera'],
      ['Content-Length', '9'],
      ['Authorization', '(removed)'],
      ['Expect', '100-continue'],
      ['Content-Encoding', 'gzip'],
      ['X-Camera', 'one'],
    ] as const
    const [plain, decoded, cut] = uploadsOf([
      line('a b', 0, { headers }),
      line('b', 1, { headers, isDecoded: true }),
      line('c', 2, { headers, isCutOff: true }),
    ])
    if (!plain || !decoded || !cut) throw new Error('no uploads')
    const sent = [plain, decoded, cut].map((upload) =>
      requestOf(upload, '/streams/1', recordingOf([]).body(upload)),
    )
    deepEqual(
      sent.map(({ headers, announcedBytes }) => [headers.map(([name]) => name), announcedBytes]),
      [
        [['Content-Encoding', 'X-Camera'], 4],
        [['X-Camera'], 4],
        [['Content-Encoding', 'X-Camera'], 9],
      ],
    )
    equal(sent[0]?.path, '/streams/1/session_1/a%20b')
    equal(requestOf({ ...plain, headers: [] }, '', recordingOf([]).body(plain)).announcedBytes, null)
  })

  it('comes as its parts came', () => {
    const [long] = uploadsOf([
      line('whole', 1_000, { bytes: 100, receivedMs: 5_000 }),
      line('p1', 1_000, { part: { of: 'whole', from: 0 }, bytes: 60, receivedMs: 2_000 }),
      line('p2', 2_000, { part: { of: 'whole', from: 60 }, bytes: 20, receivedMs: 4_000 }),
    ])
    if (!long) throw new Error('no upload')
    deepEqual(
      [30, 60, 70, 80, 90, 100].map((bytes) => timeOf(long, bytes)),
      [1_500, 2_000, 3_000, 4_000, 4_500, 5_000],
    )
  })
})

describe('the options of npm run replay', () => {
  it('are checked in words', () => {
    const url = ['--url', 'https://localhost:1234/streams']
    deepEqual(readReplayOptions(['rec', ...url, '--speed', 'max'], '/home/me'), {
      ...{
        source: '/home/me/rec',
        url: new URL('https://localhost:1234/streams'),
        speed: Number.POSITIVE_INFINITY,
      },
      ...{ stream: null, prefix: '', isHttp1: false, caFile: null, certFile: null, keyFile: null },
    })
    for (const [args, words] of [
      [url, /name one/],
      [['a', 'b', ...url], /name one/],
      [['a'], /--url is missing/],
      [['a', ...url, '--speed', 'fast'], /--speed is a number/],
      [['a', ...url, '--stream', 'x'], /--stream is the id/],
      [['a', ...url, '--key', 'k'], /--cert and --key/],
      [['a', ...url, '--fast'], /--fast/],
    ] as const)
      throws(
        () => readReplayOptions(args, '/home/me'),
        (error) => error instanceof UsageError && words.test(error.message),
      )
  })
})
