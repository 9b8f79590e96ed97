import { deepEqual, equal, match } from 'node:assert/strict'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ingestSuite } from '../../testing/ingest.ts'

const policy =
  "default-src 'none'; media-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

describe('bytes of devices', () => {
  const suite = ingestSuite()

  it('run nothing in a browser, download unless they are media, and are asked for again by caches', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const names = { 'a.mp4': undefined, 'a.mpd': undefined, 'a.html': 'attachment', 'a.svg': 'attachment' }
    for (const [name, disposition] of Object.entries(names)) {
      const { upload_id: upload } = (await ingest.put(`/streams/1/${name}`, '<script>alert(1)</script>')).json
      const byPath = await ingest.get(`/streams/1/${name}`)
      const byId = await ingest.get(`/uploads/1/${upload}`)
      equal(byPath.headers['content-disposition'], disposition, name)
      equal(byId.headers['content-disposition'], 'attachment')
      for (const { status, headers } of [byPath, byId])
        deepEqual(
          [
            status,
            headers['content-security-policy'],
            headers['x-content-type-options'],
            headers['cache-control'],
          ],
          [200, policy, 'nosniff', 'private, no-cache'],
        )
    }
  })

  it('that are gone are a 404 that names no path of the machine', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const { upload_id: upload } = (await ingest.put('/streams/1/a.mp4', 'x')).json
    const folder = join(suite.path(), 'uploads/1')
    for (const name of await readdir(folder)) await rm(join(folder, name))
    for (const path of ['/streams/1/a.mp4', `/uploads/1/${upload}`]) {
      const { status, text, json, headers } = await ingest.get(path)
      deepEqual([status, json.code, headers['content-disposition']], [404, 'object-unknown', undefined])
      equal(text.includes(suite.path()), false, text)
    }
  })

  it('that no range of matches, and malformed requests, are told of in words of this server', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/a.mp4', 'x')
    const unsatisfiable = await ingest.send('GET', '/streams/1/a.mp4', undefined, { range: 'bytes=9-' })
    deepEqual([unsatisfiable.status, unsatisfiable.json.detail], [416, 'Range Not Satisfiable'])
    const json = { 'content-type': 'application/json' }
    const malformed = await ingest.send('POST', '/streams', '{"interface": SECRET', json)
    deepEqual([malformed.status, malformed.json.detail], [400, 'the body is not valid JSON'])
    match(String((await ingest.get('/certs/server/%zz')).json.detail), /not valid percent-encoded/)
  })
})
