import { deepEqual, equal, ok } from 'node:assert/strict'
import { rowColumns, rowsResponse, uploadFacts, uploadsResponse } from '@pushav/shared/api/uploads.ts'
import { chunk, ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { type Ingest, ingestSuite } from '../../testing/ingest.ts'

describe('the wire log', () => {
  const suite = ingestSuite()

  it('gives each upload its position, status and times', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?strict=true')
    await ingest.put('/streams/1/video.cmfv', Buffer.concat([ftyp, moov()]))
    await ingest.put('/streams/1/v-1.cmfv', chunk({ at: 1_000, sequence: 7 }))
    await ingest.put('/streams/1/x.m4s', 'no media')
    const answer = (await ingest.get('/streams/1/uploads')).json
    const { total, from, uploads } = uploadsResponse.parse(answer)
    deepEqual([total, from, uploads.map(({ position }) => position)], [3, 0, [0, 1, 2]])
    deepEqual(uploads.at(-1)?.status, 400)
    const [header, segment] = uploads
    deepEqual([segment?.media?.decode_time, segment?.media?.sequence], [1_000, 7])
    deepEqual(header?.sender.headers.find(([name]) => name.toLowerCase() === 'content-length')?.length, 2)
  })

  it('has rows of the columns that it names, and pages from either side', async () => {
    await using ingest = await suite.start()
    await pushNotes(ingest, 7)
    const page = async (query: string) =>
      rowsResponse.parse((await ingest.get(`/streams/1/uploads?view=rows&${query}`)).json)
    const first = await page('limit=3')
    deepEqual([first.columns, first.total, first.from, first.next_cursor], [[...rowColumns], 7, 0, 3])
    deepEqual(first.positions, [0, 1, 2])
    deepEqual((await page('from=5&limit=3')).positions, [5, 6])
    const tail = await page('before=7&limit=3')
    deepEqual([tail.from, tail.positions, tail.next_cursor], [4, [4, 5, 6], null])
    const middle = await page('before=4&limit=3')
    deepEqual([middle.from, middle.positions, middle.next_cursor], [1, [1, 2, 3], 4])
    deepEqual((await page('before=2&limit=5')).positions, [0, 1])
  })

  it('finds uploads by path, code, kind, device and time', async () => {
    await using ingest = await suite.start()
    await pushNotes(ingest, 4)
    const positions = async (query: string): Promise<readonly number[]> =>
      (await ingest.get(`/streams/1/uploads?view=rows&${query}`)).json.positions
    deepEqual(await positions('q=NOTE-2'), [2])
    deepEqual(await positions('q=note&before=3&limit=2'), [1, 2])
    deepEqual(await positions('code=extension'), [0, 1, 2, 3])
    deepEqual(await positions('code=tfdt-gap'), [])
    deepEqual(await positions('kind=mpd'), [])
    deepEqual(await positions(`device=${suite.device().fingerprint}`), [0, 1, 2, 3])
    const { uploads } = (await ingest.get('/streams/1/uploads')).json
    deepEqual(await positions(`at=${uploads[2].received_at}`), [2, 3])
    equal((await ingest.get('/streams/1/uploads?at=yesterday')).status, 400)
  })

  it('counts by minute and track', async () => {
    await using ingest = await suite.start()
    await pushNotes(ingest, 3)
    const { begin, tracks } = (await ingest.get('/streams/1/uploads?view=minutes')).json
    ok(begin.endsWith(':00.000Z'))
    const rows = Object.values(tracks).flat() as [number, number, number, string][]
    equal(
      rows.reduce((sum, [, uploads]) => sum + uploads, 0),
      3,
    )
    deepEqual([...new Set(rows.map(([, , , worst]) => worst))], ['error'])
  })

  it('says of one upload what is around it, and what to change in the device', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const ids: string[] = []
    for (const [path, body] of [
      ['a.txt', 'one'],
      ['b.txt', 'two'],
      ['a.txt', 'three'],
    ] as const)
      ids.push((await ingest.put(`/streams/1/${path}`, body)).json.upload_id)
    const facts = uploadFacts.parse((await ingest.get(`/uploads/1/${ids[1]}/facts`)).json)
    deepEqual([facts.previous, facts.next], [ids[0], ids[2]])
    ok(facts.findings.every(({ hint, clause, title }) => hint && clause && title))
    const newest = uploadFacts.parse((await ingest.get(`/uploads/1/${ids[2]}/facts`)).json)
    deepEqual(
      newest.versions.map(({ upload }) => upload),
      [ids[2], ids[0]],
    )
    equal((await ingest.get('/uploads/1/none/facts')).status, 404)
  })

  it('keeps the versions of a path also when it is deleted', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const first = (await ingest.put('/streams/1/a.txt', 'one')).json.upload_id
    await ingest.send('DELETE', '/streams/1/a.txt')
    const second = (await ingest.put('/streams/1/a.txt', 'two')).json.upload_id
    const { versions } = (await ingest.get(`/uploads/1/${second}/facts`)).json
    deepEqual(
      versions.map(({ upload }: { upload: string }) => upload),
      [second, first],
    )
  })

  async function pushNotes(ingest: Ingest, count: number): Promise<void> {
    await ingest.send('POST', '/streams')
    for (let n = 0; n < count; n++) await ingest.put(`/streams/1/note-${n}.txt`, `note ${n}`)
  }
})
