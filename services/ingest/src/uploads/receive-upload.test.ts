import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { inspectionsOf } from '../indexing/inspect-upload.ts'
import { createInspector } from '../media/isobmff/inspector.ts'
import { chunk, ftyp, mdat, moof, moov, u32 } from '../media/isobmff/testing/boxes.ts'
import { readManifest } from '../media/read-manifest.ts'
import type { IngestInterface } from '../streams/stream.ts'
import { certificateMissing } from '../validation/request-findings.ts'
import { diskBodies } from './disk/body-files.ts'
import { createOpenUploads } from './open-uploads.ts'
import type { UploadFacts } from './ports.ts'
import { receiveUploadWith } from './receive-upload.ts'
import type { RecordEntry } from './record-entry.ts'
import type { Upload } from './upload.ts'

const facts: Omit<UploadFacts, 'id'> = {
  stream: '1',
  path: 'v.mp4',
  method: 'PUT',
  startedAt: '',
  sender: {
    ...{ address: '', port: 0, tlsVersion: '', cipher: '', alpn: null, httpVersion: '1.1', device: null },
    headers: ['X-Long', 'x'.repeat(1_000)],
  },
}
const header = Buffer.concat([ftyp, moov()])
const segments = (count: number) =>
  Array.from({ length: count }, (_, nth) => chunk({ sequence: nth, at: nth * 1_000 }))

describe('receiveUpload', function () {
  this.timeout(60_000)
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let recorded: Upload[]
  beforeEach(async () => {
    directory = await temporaryDirectory()
    await mkdir(join(directory.path, 'uploads/1'), { recursive: true })
    recorded = []
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  const judged: RecordEntry = (_stream, entry) => {
    if (entry.kind === 'upload') recorded.push(entry.upload)
    return { written: Promise.resolve(), verdict: Promise.resolve({ strict: false, findings: [] }) }
  }

  async function receiver(record = judged, ingest: IngestInterface = 'cmaf-ingest', maxBytes = 2 ** 34) {
    const bodies = await diskBodies(directory.path, 'one')
    const newInspector = createInspector
    const remove = async () => undefined
    let ids = 0
    return receiveUploadWith({
      bodies,
      newInspector,
      inspections: inspectionsOf(bodies, newInspector, readManifest),
      view: { link: async () => true, remove, removeStream: remove, find: async () => null },
      record,
      interfaceOf: async () => ingest,
      newId: () => `u${++ids}`,
      openUploads: createOpenUploads(),
      now: () => new Date(0),
      maxBytes,
    })
  }

  const bodyOf = (bytes: AsyncIterable<Buffer>) => ({
    ...{ atOnce: null, declaredBytes: null, decode: null },
    bytes: () => bytes,
  })
  const names = () => recorded.map(({ path }) => path)
  const staged = () => readdir(join(directory.path, 'staging/one'))

  it('records the parts of a long request while it comes, and then itself', async () => {
    const receive = await receiver()
    const known: number[] = []
    async function* coming(): AsyncGenerator<Buffer> {
      for (const bytes of [header, ...segments(4)]) {
        yield bytes
        await new Promise(setImmediate)
      }
      // Its last segment ends with the body.
      while (recorded.length < 4) await new Promise(setImmediate)
      known.push(recorded.length)
    }
    const receipt = await receive(facts, bodyOf(coming()))
    deepEqual(known, [4])
    deepEqual(names(), [
      ...['init.mp4', '1.m4s', '2.m4s', '3.m4s', '4.m4s'].map((name) => `v.mp4.parts/u1/${name}`),
      'v.mp4',
    ])
    deepEqual(
      recorded.map(({ part, parts }) => part?.from ?? parts),
      [0, ...[0, 1, 2, 3].map((nth) => header.length + nth * chunk().length), 5],
    )
    deepEqual(recorded[0]?.sender.headers, [])
    equal(receipt?.upload.id, 'u1')
    deepEqual(await staged(), [])
  })

  it('says of a manifest which uploads it overtook, and of nothing else', async () => {
    const receive = await receiver()
    const mpd = (path: string) => receive({ ...facts, path }, bodyOf(once(Buffer.from('<MPD/>'))))
    async function* slow(): AsyncGenerator<Buffer> {
      yield header
      await mpd('live.mpd')
      await receive({ ...facts, path: 'other.mp4' }, bodyOf(once(header)))
    }
    await receive(facts, bodyOf(slow()))
    await mpd('end.mpd')
    deepEqual(
      recorded.map(({ path, beside }) => [path, beside]),
      [
        ['live.mpd', ['v.mp4']],
        ['other.mp4', undefined],
        ['v.mp4', undefined],
        ['end.mpd', undefined],
      ],
    )
  })

  it('cuts nothing on another interface, nor where there is one segment', async () => {
    const receive = await receiver(judged, 'dash')
    await receive(facts, bodyOf(once(Buffer.concat([header, ...segments(3)]))))
    const ingest = await receiver()
    for (const alone of [header, ...segments(1)]) await ingest(facts, bodyOf(once(alone)))
    deepEqual(names(), ['v.mp4', 'v.mp4', 'v.mp4'])
  })

  it('waits where the disk is many parts behind, and for nothing else', async () => {
    const gate = Promise.withResolvers<void>()
    const receive = await receiver((stream, entry) => {
      const recorded = gate.promise.then(() => judged(stream, entry))
      return { written: gate.promise, verdict: recorded.then(({ verdict }) => verdict) }
    })
    let taken = 0
    async function* coming(): AsyncGenerator<Buffer> {
      for (const bytes of [header, ...segments(100)]) {
        yield bytes
        taken++
      }
    }
    const received = receive(facts, bodyOf(coming()))
    const before = await settledAt(() => taken)
    ok(before > 10 && before < 25, `${before} taken`)
    gate.resolve()
    equal((await received)?.upload.parts, 101)
  })

  it('does not wait for verdicts while the body comes, and says so when one takes too long', async () => {
    const late: RecordEntry = (stream, entry) => {
      const { written, verdict } = judged(stream, entry)
      return { written, verdict: ended.promise.then(() => (entry.id === 'u5' ? null : verdict)) }
    }
    const ended = Promise.withResolvers<void>()
    async function* coming(): AsyncGenerator<Buffer> {
      yield* [header, ...segments(100)]
      ended.resolve()
    }
    const receive = await receiver(late)
    equal((await receive(facts, bodyOf(coming())))?.findings, null)
  })

  it('names the parts that have errors, the first 20', async () => {
    const wrong = Promise.resolve({ strict: false, findings: [certificateMissing] } as never)
    const receive = await receiver((...args) => ({ ...judged(...args), verdict: wrong }))
    const receipt = await receive(facts, bodyOf(once(Buffer.concat([header, ...segments(30)]))))
    const messages = receipt?.findings?.map(({ message }) => message.split(':')[0]) ?? []
    deepEqual(messages.slice(1, 4), ['init.mp4', '1.m4s', '2.m4s'])
    equal(messages.length, 21)
  })

  it('keeps the whole where a part cannot be recorded, cuts no further, and then fails', async () => {
    const receive = await receiver((stream, entry) => {
      if (entry.id !== 'u4') return judged(stream, entry)
      const written = Promise.reject(new Error('no room'))
      return { written, verdict: new Promise(() => undefined) }
    })
    await rejects(receive(facts, bodyOf(once(Buffer.concat([header, ...segments(9)])))), {
      message: 'no room',
    })
    deepEqual(names(), ['v.mp4.parts/u1/init.mp4', 'v.mp4.parts/u1/1.m4s', 'v.mp4'])
    deepEqual([recorded[2]?.whole, recorded[2]?.parts], [true, 2])
    deepEqual(await staged(), [])
  })

  it('keeps the last segment of a request that is cut off only in the whole, even between two boxes', async () => {
    const receive = await receiver()
    async function* coming(): AsyncGenerator<Buffer> {
      yield Buffer.concat([header, ...segments(3)])
      throw new Error('the connection is lost')
    }
    const receipt = await receive(facts, bodyOf(coming()))
    deepEqual([receipt?.upload.whole, receipt?.upload.parts], [false, 3])
    deepEqual(names(), [...['init.mp4', '1.m4s', '2.m4s'].map((name) => `v.mp4.parts/u1/${name}`), 'v.mp4'])
  })

  it('keeps the segments of a request that grows over the limit, and nothing else', async () => {
    const receive = await receiver(judged, 'cmaf-ingest', 4_000)
    const endless = [header, ...segments(100)]
    await rejects(receive(facts, bodyOf(Readable.from(endless))), { code: 'body-too-large' })
    const kept = names().map((path) => path.replace(/.*\//, ''))
    deepEqual(
      [kept.length > 5, kept.slice(0, 2), kept.includes('v.mp4')],
      [true, ['init.mp4', '1.m4s'], false],
    )
    deepEqual(await staged(), [])
  })

  it('holds little of a large mdat', async () => {
    const size = 2 ** 27
    const zeros = Buffer.alloc(2 ** 16)
    let most = 0
    async function* coming(): AsyncGenerator<Buffer> {
      yield Buffer.concat([header, moof(), u32(size + 8), Buffer.from('mdat')])
      for (let sent = 0; sent < size; sent += zeros.length) {
        yield zeros
        most = Math.max(most, process.memoryUsage().arrayBuffers)
      }
      yield Buffer.concat([moof({ sequence: 2, at: 1_000 }), mdat])
    }
    const before = process.memoryUsage().arrayBuffers
    const receive = await receiver()
    equal((await receive(facts, bodyOf(coming())))?.upload.parts, 3)
    ok(most - before < 2 ** 25, `${(most - before) / 2 ** 20} MiB`)
    equal(recorded[1]?.bytes, size + 8 + moof().length)
  })
})

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** What a number is once it no longer changes. */
async function settledAt(read: () => number): Promise<number> {
  for (let last = -1; ; ) {
    if (last === read()) return last
    last = read()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
