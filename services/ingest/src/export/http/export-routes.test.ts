import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import {
  box,
  chunk,
  ftyp,
  located,
  mdat,
  moof,
  moov,
  tfdt,
  trun,
  u32,
  withLargeSize,
} from '@pushav/shared/testing/media/boxes.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { createInspector } from '../../media/isobmff/inspector.ts'
import { type Ingest, ingestSuite } from '../../testing/ingest.ts'
import { joinedHeader } from '../joined-header.ts'
import { bodyOf, findBox } from '../raw-boxes.ts'
import { safeName } from '../safe-name.ts'

describe('the export of a session', () => {
  const suite = ingestSuite()
  const init = Buffer.concat([ftyp, moov()])
  const epoch = 1_000_000

  it('is one MP4 of the length that was announced, with ids, numbers and times of its own', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const track of ['v.cmfv', 'w.cmfv']) {
      await ingest.put(`/streams/1/${track}`, init)
      for (const n of [0, 1, 2])
        await ingest.put(`/streams/1/${track}`, chunk({ at: epoch + n * 1_000, sequence: n + 40 }))
    }
    const { status, bytes, headers } = await download(ingest, '/export/1/none.mp4')
    deepEqual([status, headers['content-length']], [200, String(bytes.length)])
    const inspector = createInspector()
    inspector.add(bytes)
    const { init: facts, faults } = inspector.result()
    deepEqual([facts?.trackCount, faults], [2, []])
    deepEqual(numbersIn(bytes), [
      [1, 1, 0],
      [2, 2, 0],
      [3, 1, 1_000],
      [4, 2, 1_000],
      [5, 1, 2_000],
      [6, 2, 2_000],
    ])
  })

  it('is one MP4 with the segments behind an init segment that came again', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const n of [0, 1, 2]) {
      await ingest.put('/streams/1/v/init.mp4', init)
      await ingest.put(`/streams/1/v/${n}.m4s`, chunk({ at: epoch + n * 1_000, sequence: n + 1 }))
    }
    const { bytes } = await download(ingest, '/export/1/none.mp4')
    deepEqual(numbersIn(bytes), [
      [1, 1, 0],
      [2, 1, 1_000],
      [3, 1, 2_000],
    ])
  })

  it('is one MP4 also of headers and segments with numbers that lead out of it', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const boxOf = (bytes: Buffer, type: string) => bytes.indexOf(type) - 4
    const patched = (bytes: Buffer, type: string, at: number, value: number) => {
      const copy = Buffer.from(bytes)
      copy.writeUInt32BE(value, boxOf(copy, type) + at)
      return copy
    }
    const samples = Array.from({ length: 10 }, () => ({ duration: 100, size: 10 }))
    const offset = box('tfhd', u32(0x1, 1, 0xffff_ffff, 0xffff_ffff))
    const traf = (decodeTime: number) => box('traf', offset, tfdt(decodeTime), trun({ samples }))
    const segment = (n: number) =>
      Buffer.concat([located(box('moof', box('mfhd', u32(0, n)), traf(n * 1_000))), mdat])
    await ingest.put('/streams/1/v.cmfv', patched(init, 'mvhd', 20, 0xffff_ffff))
    for (const n of [0, 1]) await ingest.put('/streams/1/v.cmfv', segment(n))
    const { status, bytes, headers } = await download(ingest, '/export/1/none.mp4')
    deepEqual([status, headers['content-length']], [200, String(bytes.length)])
    deepEqual(numbersIn(bytes), [
      [1, 1, 0],
      [2, 1, 1_000],
    ])
  })

  it('needs whole boxes in the header, wherever their ends are', () => {
    const [mvhd, trex] = [box('mvhd', Buffer.alloc(100)), box('trex', Buffer.alloc(24))]
    const header = (tkhd: Buffer, inMvex: Buffer) =>
      joinedHeader([{ init: box('moov', mvhd, box('trak', tkhd), box('mvex', inMvex)), trackId: 1 }], null)
    equal(header(withLargeSize(box('tkhd', [1], Buffer.alloc(15))), trex), null)
    equal(header(box('tkhd', Buffer.alloc(24)), withLargeSize(box('trex', Buffer.alloc(4)))), null)
    ok(header(box('tkhd', [1], Buffer.alloc(23)), withLargeSize(box('trex', Buffer.alloc(8)))))
  })

  it('is a zip of every upload, as it came', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.cmfv', init)
    await ingest.put('/streams/1/v.cmfv', chunk())
    const { bytes, headers } = await download(ingest, '/export/1/none.zip')
    equal(headers['content-length'], String(bytes.length))
    for (const name of [
      'uploads.ndjson',
      'report.json',
      'uploads/v.cmfv',
      'uploads/v.cmfv~',
      'certificates/',
    ])
      ok(bytes.includes(name), name)
    ok(bytes.includes(init) && bytes.includes(chunk()))
  })

  it('is a report for CI servers', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.cmfv', init)
    const { text, headers } = await ingest.get('/export/1/none.junit.xml')
    ok(text.includes('<testsuite') && String(headers['content-disposition']).includes('attachment'))
  })

  it('says what there is none of', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.cmfv', init)
    for (const path of ['1/none.mp4', '1/7.mp4', '1/7.zip', '1/7.junit.xml', '9/none.zip'])
      equal((await ingest.get(`/export/${path}`)).status, 404, path)
  })

  it('holds no segment that is larger than those of cameras', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.cmfv', init)
    await ingest.put('/streams/1/v.cmfv', Buffer.concat([moof(), box('mdat', Buffer.alloc(2 ** 26))]))
    const { status, json } = await ingest.get('/export/1/none.mp4')
    deepEqual([status, json.code], [415, 'media-unsupported'])
  })

  it('is given to a few clients at once, because each holds the list of a session', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.cmfv', init)
    await ingest.put('/streams/1/v.cmfv', Buffer.concat([moof(), box('mdat', Buffer.alloc(2 ** 24))]))
    using unread = new DisposableStack()
    const begun = Array.from({ length: 2 }, () => ingest.begin('GET', '/export/1/none.zip').end())
    for (const request of begun) unread.defer(() => request.destroy())
    const responses = await Promise.all(begun.map((request) => once(request, 'response')))
    deepEqual(
      responses.map(([{ statusCode }]) => statusCode),
      [200, 200],
    )
    const { status, json } = await ingest.get('/export/1/none.zip')
    deepEqual([status, json.code], [503, 'busy'])
    await until('both bodies are read', async () => openBodies() === 2)
    const closedByGarbageCollector: Error[] = []
    process.on('warning', (warning) => closedByGarbageCollector.push(warning))
    unread.dispose()
    await until('the bodies are closed', async () => openBodies() === 0)
    deepEqual(closedByGarbageCollector, [])
    await until('there is room again', async () => (await ingest.get('/export/1/none.zip')).status === 200)
  })

  it('has names that every system takes', () => {
    deepEqual(['a/b.mp4', 'a:b*?.m4s', 'CON', 'con.txt', 'end.', 'a\nb', '100%'].map(safeName), [
      'a/b.mp4',
      'a%3Ab%2A%3F.m4s',
      '%43ON',
      '%63on.txt',
      'end%2E',
      'a%0Ab',
      '100%25',
    ])
  })

  /** Sequence number, track id and decode time of each moof. */
  function numbersIn(bytes: Buffer): number[][] {
    const found: number[][] = []
    for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
      const box = bytes.subarray(at, at + bytes.readUInt32BE(at))
      if (box.toString('latin1', 4, 8) !== 'moof') continue
      const traf = bodyOf(findBox(bodyOf(box), 'traf') ?? box)
      const [mfhd, tfhd, tfdt] = [findBox(bodyOf(box), 'mfhd'), findBox(traf, 'tfhd'), findBox(traf, 'tfdt')]
      const time = tfdt && bodyOf(tfdt)
      found.push([
        mfhd?.readUInt32BE(12) ?? 0,
        tfhd?.readUInt32BE(12) ?? 0,
        Number(time?.[0] === 1 ? time.readBigUInt64BE(4) : time?.readUInt32BE(4)),
      ])
    }
    return found
  }

  /** Of this process, which runs ingest here. */
  function openBodies(): number {
    const links = readdirSync('/proc/self/fd').map((fd) => linkOf(`/proc/self/fd/${fd}`))
    return links.filter((path) => /\/uploads\/1\//.test(path)).length
  }

  function linkOf(path: string): string {
    try {
      return readlinkSync(path)
    } catch {
      return ''
    }
  }

  async function download(ingest: Ingest, path: string) {
    const [response] = await once(ingest.begin('GET', path).end(), 'response')
    const parts: Buffer[] = []
    for await (const bytes of response) parts.push(bytes)
    return { status: response.statusCode, headers: response.headers, bytes: Buffer.concat(parts) }
  }
})
