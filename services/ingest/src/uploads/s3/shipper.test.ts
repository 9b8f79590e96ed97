import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { JournalCutShort, UploadGone } from '../ports.ts'
import { storeBodies } from './bodies/store-bodies.ts'
import { startShipper } from './shipper.ts'
import { storeSegments } from './store-segments.ts'
import { memoryStore } from './testing/memory-store.ts'

const log = createLogger('test', 'fatal')
const own = 'one.ndjson'
const sender = { headers: [] }

const lineOf = (id: string) => {
  const upload = { id, path: id, method: 'PUT', startedAt: '', receivedAt: '', sha256: '', kind: 'other' }
  return `${JSON.stringify({ kind: 'upload', id, upload: { ...upload, bytes: 1, whole: true, sender } })}\n`
}

describe('startShipper', () => {
  let built: AsyncDisposableStack
  beforeEach(() => {
    built = new AsyncDisposableStack()
  })
  afterEach(() => built.disposeAsync())

  function setUp({ shipWithinMs = 0, maxWaitMs = 5_000 } = {}) {
    const store = memoryStore()
    const journal = { text: '' }
    const bodies = new Map<string, string>()
    const segments = storeSegments(store, log)
    const start = () =>
      built.use(
        startShipper({
          journals: {
            own,
            of: async () => [own],
            async readBytes(_stream, _journal, from) {
              if (from > journal.text.length) throw new JournalCutShort(own)
              return Buffer.from(journal.text.slice(from))
            },
          },
          uploads: {
            async *read(_stream, upload) {
              const body = bodies.get(upload)
              if (body === undefined) throw new UploadGone(upload)
              yield Buffer.from(body)
            },
          },
          ...{ store, storedBodies: storeBodies(store, log), segments, shipWithinMs, maxWaitMs, log },
          abort: () => undefined,
          nowMs: () => performance.now(),
        }),
      )
    const upload = (id: string) => {
      bodies.set(id, id)
      journal.text += lineOf(id)
    }
    const shipped = () =>
      [...store.objects]
        .flatMap(([key, bytes]) => (key.startsWith('journals/') ? [String(bytes)] : []))
        .join('')
    return { store, journal, bodies, segments, start, upload, shipped }
  }

  it('ships bodies before the lines that name them', async () => {
    const { store, start, upload } = setUp()
    const shipper = start()
    upload('a')
    upload('b')
    await shipper.flush('1')
    deepEqual(store.written, ['uploads/1/a', 'uploads/1/b', `journals/1/${own}/0000000000000000`])
  })

  it('never says that lines are there which a journal has in place of others', async () => {
    const { start, upload, shipped, journal } = setUp({ maxWaitMs: 50 })
    for (const id of ['a', 'b']) upload(id)
    await start().flush('1')
    const before = shipped()
    journal.text = ''
    const shipper = start()
    for (const id of ['c', 'd', 'e']) {
      upload(id)
      await rejects(shipper.flush('1'), { name: 'Unavailable' })
    }
    equal(shipped(), before)
    match(shipper.backlog().failure ?? '', /changed by hand/)
  })

  it('goes on where it ended, also in another process', async () => {
    const { start, upload, shipped, journal, store } = setUp()
    upload('a')
    await start().flush('1')
    upload('b')
    await start().flush('1')
    equal(shipped(), journal.text)
    equal(store.written.filter((key) => key === 'uploads/1/a').length, 1)
  })

  it('ships nothing twice when a response is lost', async () => {
    const { start, upload, shipped, journal, store } = setUp()
    const shipper = start()
    upload('a')
    await shipper.flush('1')
    const before = store.written.length
    store.objects.set('uploads/1/b', Buffer.from('b'))
    shipper.stored('b')
    upload('b')
    store.loseNextResponse()
    const flushed = shipper.flush('1')
    await until('the response is lost', async () => store.written.length > before)
    upload('c')
    await flushed
    await shipper.flush('1')
    equal(shipped(), journal.text)
  })

  it('ships on when the store is back, and says meanwhile how far it is behind', async () => {
    const { start, upload, shipped, journal, store } = setUp()
    const shipper = start()
    store.setAway(true)
    upload('a')
    shipper.touch('1')
    await until('it is noticed', async () => shipper.backlog().failure !== null)
    const { streams, failure } = shipper.backlog()
    deepEqual({ streams, failure }, { streams: 1, failure: 'Error: away' })
    upload('b')
    store.setAway(false)
    await until('it is shipped', async () => shipped() === journal.text)
    await until('all is well', async () => shipper.backlog().failure === null)
    equal(shipper.backlog().streams, 0)
  })

  it('lets a response wait only so long', async () => {
    const { start, upload, store } = setUp({ maxWaitMs: 1 })
    store.setAway(true)
    upload('a')
    await rejects(start().flush('1'), { name: 'Unavailable' })
  })

  it('passes over bodies that retention has removed', async () => {
    const { start, upload, shipped, journal, bodies } = setUp()
    upload('a')
    bodies.delete('a')
    await start().flush('1')
    equal(shipped(), journal.text)
  })

  it('never writes over lines that differ from those on the disk', async () => {
    const { start, upload, store } = setUp({ maxWaitMs: 50 })
    const shipper = start()
    shipper.begin('1')
    store.objects.set(`journals/1/${own}/0000000000000000`, Buffer.from('another line\n'))
    upload('a')
    await rejects(shipper.flush('1'), { name: 'Unavailable' })
    equal(String(store.objects.get(`journals/1/${own}/0000000000000000`)), 'another line\n')
    equal([...store.objects.keys()].filter((key) => key.startsWith('journals/')).length, 1)
  })

  it('ships nothing of a stream that is gone', async () => {
    const { start, upload, store } = setUp()
    const shipper = start()
    await shipper.forget('1')
    upload('a')
    await shipper.flush('1')
    deepEqual(store.written, [])
  })
})

describe('storeSegments', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(lineOf) as [string, string, string]
  const offsets = [0, a.length, a.length + b.length] as const
  const keyOf = (offset: number) => `journals/1/${own}/${String(offset).padStart(16, '0')}`
  const filled = () => {
    const store = memoryStore()
    for (const [at, line] of [a, b, c].entries())
      store.objects.set(keyOf(offsets[at] ?? 0), Buffer.from(line))
    return { store, segments: storeSegments(store, log) }
  }
  const idsOf = async (
    read: Promise<{ readonly lines: readonly { readonly entry: { readonly id: string } }[] }>,
  ) => (await read).lines.map(({ entry }) => entry.id)

  it('reads a journal on from any line', async () => {
    const { segments } = filled()
    deepEqual(await segments.of('1'), [own])
    deepEqual(await idsOf(segments.read('1', own, 0)), ['a', 'b', 'c'])
    deepEqual(await idsOf(segments.read('1', own, offsets[1])), ['b', 'c'])
    const { next, isEnd } = await segments.read('1', own, offsets[2])
    deepEqual({ next, isEnd }, { next: offsets[2] + c.length, isEnd: true })
  })

  it('has nothing yet behind the end', async () => {
    const { segments } = filled()
    deepEqual(await segments.read('1', own, 10_000), { lines: [], next: 10_000, isEnd: true })
    deepEqual(await segments.read('1', 'other.ndjson', 0), { lines: [], next: 0, isEnd: true })
    equal(await segments.endOf('1', 'other.ndjson'), 0)
  })

  it('waits for a segment that the store lists late', async () => {
    const { store, segments } = filled()
    store.hidden = keyOf(offsets[1])
    await segments.of('1')
    deepEqual(await idsOf(segments.read('1', own, 0)), ['a'])
    store.hidden = null
    await segments.of('1')
    deepEqual(await idsOf(segments.read('1', own, offsets[1])), ['b', 'c'])
  })

  it('tells a segment that was deleted behind its back', async () => {
    const { store, segments } = filled()
    await segments.of('1')
    store.objects.delete(keyOf(offsets[1]))
    await rejects(segments.read('1', own, 0), { name: 'RecordChanged' })
  })
})
