import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reportEvidence } from '@pushav/shared/api/evidence/digests.ts'
import { har } from '@pushav/shared/api/evidence/har.ts'
import { chunk, ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

describe('the evidence of a recording', () => {
  const suite = ingestSuite()

  it('is an HTTP archive without credentials', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/session_1/v/v.init', init, {
      ...{ host: 'camera.example:1234', 'content-type': 'video/mp4', authorization: 'Bearer TOPSECRET' },
      ...{ cookie: 'sid=TOPSECRET', 'x-api-key': 'TOPSECRET' },
    })
    await ingest.put('/streams/1/session_1/v/a%20b%2F.txt', 'text', { host: 'no host?' })
    const { json, text, headers } = await ingest.get('/har/1')
    ok(!text.includes('TOPSECRET'))
    match(String(headers['content-disposition']), /stream-1\.har/)
    const { entries, version } = har.parse(json).log
    equal(version, '1.2')
    const [first, second] = entries
    deepEqual(first?.request.headers.find(({ name }) => name === 'content-type')?.value, 'video/mp4')
    deepEqual(
      [first?.request.url, first?.request.method, first?.request.bodySize, first?.response.status],
      ['https://camera.example:1234/streams/1/session_1/v/v.init', 'PUT', init.length, 202],
    )
    match(second?.request.url ?? '', /^https:\/\/localhost\/streams\/1\/session_1\/v\/a%20b/)
    ok(first?.request.postData.comment.includes(sha256(init)))
    equal(first?.connection, '192.0.2.7 4711')
    equal(har.parse((await ingest.get('/har/1?session=1&pretty')).json).log.entries.length, 2)
  })

  it('has more uploads than one page', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await Promise.all(Array.from({ length: 450 }, (_, n) => ingest.put(`/streams/1/f/${n}.txt`, String(n))))
    const { entries } = har.parse((await ingest.get('/har/1')).json).log
    equal(new Set(entries.map(({ request }) => request.url)).size, 450)
    equal((await ingest.get('/digests/1')).text.split('\n').length, 451)
    const { digests, uploads } = await evidenceOf(ingest, '')
    deepEqual([digests.length, uploads], [450, 450])
  })

  it('is a digest of each upload, of their list and of the journal', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const bodies = [init, chunk({ sequence: 1_001 })]
    const ids: string[] = []
    for (const [n, body] of bodies.entries())
      ids.push((await ingest.put(`/streams/1/session_1/v/${n}.mp4`, body)).json.upload_id)
    const list = bodies.map((body, n) => `${sha256(body)}  ${ids[n]}\n`).join('')
    equal((await ingest.get('/digests/1?session=1')).text, list)
    const evidence = await evidenceOf(ingest)
    deepEqual(
      evidence.digests,
      bodies.map((body, n) => ({ upload: ids[n], path: `session_1/v/${n}.mp4`, sha256: sha256(body) })),
    )
    deepEqual(
      [evidence.uploads, evidence.list, evidence.list_sha256],
      [2, '/digests/1?session=1', sha256(list)],
    )
    const journal = join(suite.path(), 'journals/1/one.ndjson')
    const written = await readFile(journal)
    deepEqual(evidence.journals, [{ name: 'one.ndjson', bytes: written.length, sha256: sha256(written) }])
    deepEqual(await evidenceOf(ingest), evidence)
    // A line that is being written counts when it is whole.
    await appendFile(journal, '{"kind":"upl')
    deepEqual(await evidenceOf(ingest), evidence)
    await appendFile(journal, 'oad"}\n')
    const longer = await readFile(journal)
    deepEqual((await evidenceOf(ingest)).journals, [
      { name: 'one.ndjson', bytes: longer.length, sha256: sha256(longer) },
    ])
    equal((await ingest.get('/streams/1/report')).json.evidence, undefined)
  })

  it('is of streams and sessions that there are', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const path of ['/har/9', '/digests/9', '/har/1?session=7', '/digests/1?session=7'])
      equal((await ingest.get(path)).status, 404, path)
    deepEqual((await ingest.get('/har/1')).json.log.entries, [])
    equal((await ingest.get('/digests/1')).text, '')
  })
})

const evidenceOf = async (ingest: Ingest, query = '&session=1') =>
  reportEvidence.parse((await ingest.get(`/streams/1/report?evidence=true${query}`)).json.evidence)
