import { deepEqual, equal, match } from 'node:assert/strict'
import { ingestSuite } from '../testing/ingest.ts'

describe('the methods of a path', () => {
  const suite = ingestSuite()

  const read = 'GET, HEAD'
  const refused: readonly [path: string, methods: readonly string[], allow: string][] = [
    ['/streams', ['PUT', 'DELETE', 'PATCH'], `${read}, POST`],
    ['/streams/', ['DELETE'], `${read}, POST`],
    ['/certs', ['POST', 'PUT', 'DELETE'], read],
    ['/certs/cam/keypair', ['PUT', 'DELETE'], `${read}, POST`],
    ['/certs/device/root.pem', ['POST', 'PUT', 'DELETE'], read],
    ['/events', ['POST', 'DELETE'], read],
    ['/probe/1/a/b.m4s', ['POST', 'PUT', 'DELETE'], read],
    ['/uploads/1/u1', ['POST', 'PUT', 'DELETE'], read],
    ['/healthz', ['POST', 'DELETE'], read],
    ['/streams/1/a.m4s', ['PATCH'], `${read}, PUT, POST, DELETE`],
    ['/webhooks/w1', ['GET', 'PUT', 'POST'], 'DELETE'],
    ['/compare', ['PUT', 'POST', 'DELETE'], read],
    ['/access/streams/1', ['PUT', 'DELETE'], `${read}, POST`],
    ['/elsewhere', ['PATCH'], `${read}, PUT, POST, DELETE`],
  ]
  for (const [path, methods, allow] of refused)
    it(`are named in the 405 for ${methods.join(', ')} at ${path}`, async () => {
      await using ingest = await suite.start()
      for (const method of methods) {
        const { status, json, headers } = await ingest.send(method, path)
        deepEqual([status, json.code, headers.allow], [405, 'method-unsupported', allow], method)
      }
    })

  it('are those that do not get 405', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const [path, , allow] of refused.filter(([path]) => path !== '/elsewhere' && path !== '/events'))
      for (const method of allow.split(', '))
        if (method !== 'DELETE' && method !== 'HEAD')
          equal((await ingest.send(method, path)).status === 405, false, `${method} ${path}`)
  })

  it('are none where there is no route', async () => {
    await using ingest = await suite.start()
    for (const method of ['GET', 'PUT', 'POST', 'DELETE'])
      equal((await ingest.send(method, '/elsewhere')).status, 404)
  })

  it('leave a client that pushes to /stream/1 with a hint', async () => {
    await using ingest = await suite.start()
    const { status, json } = await ingest.send('PUT', '/stream/1/session_1/a.m4s', 'abc')
    equal(status, 404)
    match(json.detail, /streams are at \/streams\/<id>, so this would be \/streams\/1\/session_1\/a\.m4s$/)
  })
})
