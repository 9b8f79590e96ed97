import { deepEqual, equal, ok } from 'node:assert/strict'
import { boxesResponse, textResponse } from '@pushav/shared/api/uploads.ts'
import { chunk, ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { type Ingest, ingestSuite } from '../../testing/ingest.ts'

describe('inside one upload', () => {
  const suite = ingestSuite()
  const init = Buffer.concat([ftyp, moov()])

  it('are boxes, a page at a time, without the bytes of an mdat', async () => {
    await using ingest = await suite.start()
    const upload = await push(ingest, 'v.cmfv', Buffer.concat([chunk(), chunk({ at: 1_000, sequence: 2 })]))
    const page = async (query = '') =>
      boxesResponse.parse((await ingest.get(`/uploads/1/${upload}/boxes${query}`)).json)
    const { boxes, next_at, bytes } = await page()
    deepEqual([boxes.map(({ type }) => type), next_at], [['moof', 'mdat', 'moof', 'mdat'], null])
    equal(
      boxes.reduce((sum, { size }) => sum + size, 0),
      bytes,
    )
    const first = await page('?limit=1')
    deepEqual([first.boxes.length, first.next_at], [1, boxes[1]?.at])
    const second = await page(`?limit=500&at=${first.next_at}`)
    deepEqual(second.boxes, boxes.slice(1))
  })

  it('say where bytes are no boxes, and where one is cut short', async () => {
    await using ingest = await suite.start()
    const none = await push(ingest, 'a.m4s', Buffer.from('00000002 no box at all'.repeat(3)))
    ok((await ingest.get(`/uploads/1/${none}/boxes`)).json.boxes[0].fault)
    const cut = (await ingest.put('/streams/1/b.m4s', chunk().subarray(0, 100))).json.upload_id
    ok((await ingest.get(`/uploads/1/${cut}/boxes`)).json.boxes.at(-1).fault.includes('expected'))
    equal((await ingest.get('/uploads/1/none/boxes')).status, 404)
    equal((await ingest.get('/uploads/1/..%2f1/boxes')).status, 404)
  })

  it('is text with the lines of its findings', async () => {
    await using ingest = await suite.start()
    const upload = await push(ingest, 'session_1/index.mpd', '<MPD>\n<Period>\n</MPD>\xff')
    const { text, findings } = textResponse.parse((await ingest.get(`/uploads/1/${upload}/text`)).json)
    ok(text.startsWith('<MPD>\n'))
    ok(findings.length > 0)
    const media = (await ingest.put('/streams/1/v.cmfv', init)).json.upload_id
    const refused = await ingest.get(`/uploads/1/${media}/text`)
    deepEqual([refused.status, refused.json.code], [415, 'media-unsupported'])
  })

  for (const [kind, encoding, toBytes] of [
    ['little-endian', 'UTF-16', (xml: string) => Buffer.from(`\ufeff${xml}`, 'utf16le')],
    ['big-endian', 'UTF-16', (xml: string) => Buffer.from(`\ufeff${xml}`, 'utf16le').swap16()],
    ['one-byte', 'ISO-8859-1', (xml: string) => Buffer.from(xml, 'latin1')],
  ] as const)
    it(`is text in ${kind} ${encoding}, with the finding at its line`, async () => {
      await using ingest = await suite.start()
      const xml = `<?xml version="1.0" encoding="${encoding}"?>\r\n<MPD>\r\n<!-- Büro -->\r\n<Period></MPD>\r\n`
      const upload = await push(ingest, 'session_1/index.mpd', toBytes(xml))
      const { text, findings } = textResponse.parse((await ingest.get(`/uploads/1/${upload}/text`)).json)
      equal(text, xml)
      const { line } = findings.find(({ code }) => code === 'mpd-malformed') ?? {}
      ok(text.split('\n')[(line ?? 0) - 1]?.includes('<Period></MPD>'), JSON.stringify(findings))
    })

  it('is a picture made of its init segment and itself, whole and in ranges', async () => {
    await using ingest = await suite.start()
    const header = await push(ingest, 'v.cmfv', init)
    const segment = (await ingest.put('/streams/1/v.cmfv', chunk())).json.upload_id
    const path = `/uploads/1/${segment}/preview.mp4`
    const whole = await ingest.get(path)
    const bytes = Buffer.concat([init, chunk()])
    deepEqual([whole.status, whole.headers['content-length']], [200, String(bytes.length)])
    ok(String(whole.headers['content-security-policy']).includes("default-src 'none'"))
    const range = `bytes=${init.length - 4}-${init.length + 3}`
    const part = await ingest.send('GET', path, undefined, { Range: range })
    deepEqual([part.status, part.text], [206, bytes.toString('utf8', init.length - 4, init.length + 4)])
    const beyond = await ingest.send('GET', path, undefined, { Range: 'bytes=9999999-' })
    deepEqual([beyond.status, beyond.headers['content-range']], [416, `bytes */${bytes.length}`])
    equal((await ingest.get(`/uploads/1/${header}/preview.mp4`)).status, 404)
  })

  async function push(ingest: Ingest, path: string, body: Buffer | string): Promise<string> {
    await ingest.send('POST', '/streams')
    return (await ingest.put(`/streams/1/${path}`, body)).json.upload_id
  }
})
