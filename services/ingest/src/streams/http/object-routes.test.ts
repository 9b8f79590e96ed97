import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
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

  it('are of a stream, whatever the id of the stream climbs to or cannot be the name of', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/a.mp4', 'x')
    // As Kubernetes mounts secrets: a link to a file of the same name.
    const folder = join(suite.path(), 'secrets')
    await mkdir(join(folder, '..data'), { recursive: true })
    await writeFile(join(folder, '..data/token'), 'SECRET')
    await symlink('..data/token', join(folder, 'token'))
    for (const id of [
      '..%2Fsecrets',
      '1%2F..%2F..%2Fsecrets',
      '%00',
      '1%00',
      '0'.repeat(3_000),
      '1'.repeat(300),
    ])
      for (const method of ['GET', 'DELETE']) {
        const { status, text } = await ingest.send(method, `/streams/${id}/token`)
        deepEqual([status, text.includes('SECRET')], [404, false], `${method} ${id}`)
      }
    equal((await ingest.get(`/uploads/1/${'x'.repeat(3_000)}`)).status, 404)
    equal(await readFile(join(folder, 'token'), 'utf8'), 'SECRET')
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
