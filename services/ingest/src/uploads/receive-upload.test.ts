import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createKeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { createLogger } from '@pushav/shared/logger.ts'
import { chunk, ftyp, mdat, moof, moov, u32 } from '@pushav/shared/testing/media/boxes.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { inspectionsOf } from '../indexing/inspect-upload.ts'
import type { IngestInterface } from '../streams/stream.ts'
import { certificateMissing } from '../validation/request-findings.ts'
import { createIoWorker, type IoWorker } from './disk/io-worker/io-worker.ts'
import { diskJournals } from './disk/journal-files.ts'
import { diskObjectLinks } from './disk/object-links.ts'
import { openUploadStore } from './disk/upload-store.ts'
import { createInFlightUploads } from './in-flight.ts'
import { createOpenUploads } from './open-uploads.ts'
import type { PendingVerdicts } from './pending-verdicts.ts'
import type { UploadFacts } from './ports.ts'
import { receiveUploadWith } from './receive-upload.ts'
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
const log = createLogger('test', 'error')
const header = Buffer.concat([ftyp, moov()])
const segments = (count: number) =>
  Array.from({ length: count }, (_, nth) => chunk({ sequence: nth, at: nth * 1_000 }))

describe('receiveUpload', function () {
  this.timeout(60_000)
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let disk: IoWorker
  let recorded: Upload[]
  let published: string[]
  beforeEach(async () => {
    directory = await temporaryDirectory()
    disk = createIoWorker()
    for (const folder of ['uploads/1', 'journals/1'])
      await mkdir(join(directory.path, folder), { recursive: true })
    recorded = []
    published = []
  })
  afterEach(async () => {
    await disk[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })

  interface Fakes {
    readonly interface?: IngestInterface
    readonly maxBytes?: number
    /** Awaited before an upload is committed. */
    readonly beforeCommit?: (upload: Upload) => Promise<void> | void
    readonly verdict?: PendingVerdicts['wait']
  }

  async function receiver(fakes: Fakes = {}) {
    const journals = await diskJournals(directory.path, 'one', log, disk)
    const links = await diskObjectLinks(directory.path, 'one', disk)
    const store = await openUploadStore({
      workingDirectory: directory.path,
      instance: 'one',
      disk,
      journals,
      links,
    })
    let ids = 0
    let times = 0
    return receiveUploadWith({
      store: { ...store, commit },
      links,
      inspections: inspectionsOf(store, { find: async () => null }, log),
      indexer: { wake: () => undefined },
      verdicts: { wait: fakes.verdict ?? (async () => ({ strict: false, findings: [] })) },
      verdictWaitMs: 1_000,
      inFlight: createInFlightUploads(),
      events: { publish: (event) => void published.push(event.kind) },
      interfaceOf: async () => fakes.interface ?? 'cmaf-ingest',
      newId: () => `u${++ids}`,
      openUploads: createOpenUploads(),
      inOrder: createKeyedMutex(),
      now: () => new Date(++times),
      maxBytes: fakes.maxBytes ?? 2 ** 34,
    })

    async function commit(
      ...[stream, upload, bytes, options]: Parameters<typeof store.commit>
    ): Promise<void> {
      await fakes.beforeCommit?.(upload)
      await store.commit(stream, upload, bytes, options)
      recorded.push(upload)
    }
  }

  const bodyOf = (bytes: AsyncIterable<Buffer>) => ({
    ...{ buffered: null, declaredBytes: null, decode: null },
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

  it('records parts in the order in which they are complete, although a request before is slow to store', async () => {
    const isHeld = Promise.withResolvers<void>()
    const hold = Promise.withResolvers<void>()
    const isComplete = Promise.withResolvers<void>()
    const receive = await receiver({
      async beforeCommit({ path }) {
        if (path !== 'v.mp4.parts/u1/init.mp4') return
        isHeld.resolve()
        await hold.promise
      },
    })
    async function* lost(): AsyncGenerator<Buffer> {
      yield Buffer.concat([header, ...segments(3)])
      await isComplete.promise
      throw new Error('the connection is lost')
    }
    async function* anew(): AsyncGenerator<Buffer> {
      yield Buffer.concat([header, ...segments(3)])
      hold.resolve()
      isComplete.resolve()
    }
    const before = receive(facts, bodyOf(lost()))
    await isHeld.promise
    const next = receive(facts, bodyOf(anew()))
    await Promise.all([before, next])
    const parts = recorded.filter(({ part }) => part)
    deepEqual(
      parts.slice(0, 5).map(({ path }) => path.replace('v.mp4.parts/', '')),
      ['u1/init.mp4', 'u1/1.m4s', 'u1/2.m4s', 'u3/init.mp4', 'u3/1.m4s'],
    )
    const times = parts.map(({ receivedAt }) => receivedAt)
    deepEqual(times, times.toSorted())
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

  it('splits nothing on another interface, nor where there is one segment', async () => {
    const receive = await receiver({ interface: 'dash' })
    await receive(facts, bodyOf(once(Buffer.concat([header, ...segments(3)]))))
    const ingest = await receiver()
    for (const alone of [header, ...segments(1)]) await ingest(facts, bodyOf(once(alone)))
    deepEqual(names(), ['v.mp4', 'v.mp4', 'v.mp4'])
  })

  it('waits where the disk is many parts behind, and for nothing else', async () => {
    const gate = Promise.withResolvers<void>()
    const receive = await receiver({ beforeCommit: () => gate.promise })
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
    const late: PendingVerdicts['wait'] = async (upload) => {
      await ended.promise
      return upload === 'u5' ? null : { strict: false, findings: [] }
    }
    const ended = Promise.withResolvers<void>()
    async function* coming(): AsyncGenerator<Buffer> {
      yield* [header, ...segments(100)]
      ended.resolve()
    }
    const receive = await receiver({ verdict: late })
    equal((await receive(facts, bodyOf(coming())))?.findings, null)
  })

  it('names the parts that have errors, the first 20', async () => {
    const receive = await receiver({
      verdict: async () => ({ strict: false, findings: [certificateMissing] }),
    })
    const receipt = await receive(facts, bodyOf(once(Buffer.concat([header, ...segments(30)]))))
    const messages = receipt?.findings?.map(({ message }) => message.split(':')[0]) ?? []
    deepEqual(messages.slice(1, 4), ['init.mp4', '1.m4s', '2.m4s'])
    equal(messages.length, 21)
  })

  it('keeps the whole where a part cannot be recorded, cuts no further, and then fails', async () => {
    const receive = await receiver({
      beforeCommit(upload) {
        if (upload.id === 'u4') throw new Error('no room')
      },
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
    const receive = await receiver({ maxBytes: 4_000 })
    const endless = [header, ...segments(100)]
    await rejects(receive(facts, bodyOf(Readable.from(endless))), { code: 'body-too-large' })
    const kept = names().map((path) => path.replace(/.*\//, ''))
    deepEqual(
      [kept.length > 5, kept.slice(0, 2), kept.includes('v.mp4')],
      [true, ['init.mp4', '1.m4s'], false],
    )
    deepEqual(await staged(), [])
  })

  const wholeOf = (text: string) => ({ ...bodyOf(once(Buffer.alloc(0))), buffered: Buffer.from(text) })

  it('publishes the start and the end of a body that is all there', async () => {
    const receive = await receiver()
    equal((await receive(facts, wholeOf('media')))?.upload.bytes, 5)
    deepEqual(published, ['upload-started', 'upload-received'])
    deepEqual(names(), ['v.mp4'])
  })

  it('stores and publishes nothing of an empty body', async () => {
    const receive = await receiver()
    equal(await receive(facts, wholeOf('')), null)
    deepEqual([published, names()], [[], []])
  })

  it('publishes that a body was aborted which could not be stored, whole or in bits', async () => {
    const receive = await receiver({ beforeCommit: () => Promise.reject(new Error('no room')) })
    for (const body of [wholeOf('media'), bodyOf(once(Buffer.from('media')))]) {
      await rejects(receive(facts, body), { message: 'no room' })
      deepEqual(published.splice(0), ['upload-started', 'upload-aborted'])
    }
    deepEqual(await staged(), [])
  })

  it('holds little of a large mdat', async () => {
    const size = 2 ** 27
    const pieceSize = 2 ** 16
    let most = 0
    async function* coming(): AsyncGenerator<Buffer> {
      yield Buffer.concat([header, moof(), u32(size + 8), Buffer.from('mdat')])
      for (let sent = 0; sent < size; sent += pieceSize) {
        yield Buffer.alloc(pieceSize)
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
