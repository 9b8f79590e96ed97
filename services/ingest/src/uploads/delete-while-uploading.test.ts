import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { ingestSuite } from '../testing/ingest.ts'

describe('a deletion while uploads come', () => {
  const suite = ingestSuite()

  it('of the stream ends them with 404, leaves nothing of them, and lets the next stream be', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/before', 'some bytes')
    const waiting = ['small', 'large'].map((name) => {
      const request = ingest.begin('PUT', `/streams/1/${name}`)
      request.write(Buffer.alloc(name === 'large' ? 300_000 : 10))
      return { request, responded: once(request, 'response') }
    })
    const staging = join(suite.path(), 'staging/one')
    await until('the large one is staged', async () => (await readdir(staging)).length > 0)
    const pushed = Array.from({ length: 30 }, (_, i) => ingest.put(`/streams/1/${i}`, Buffer.alloc(1_000)))
    equal((await ingest.send('DELETE', '/streams/1')).status, 200)
    const statuses = (await Promise.all(pushed)).map(({ status }) => status)
    deepEqual(
      [...new Set(statuses)].filter((status) => status !== 202 && status !== 404),
      [],
    )
    for (const { request, responded } of waiting) {
      request.end()
      const [response] = await responded
      response.resume()
      equal(response.statusCode, 404)
    }
    deepEqual(await readdir(staging), [])
    deepEqual(await readdir(join(suite.path(), 'uploads')), [])
    deepEqual(await readdir(join(suite.path(), 'journals/1.deleted')), [])
    equal((await ingest.get('/streams/1')).status, 404)
    equal((await ingest.send('POST', '/streams')).json.id, 2)
    equal((await ingest.put('/streams/2/after', 'some bytes')).status, 202)
  })

  it('of an object leaves the newer one that was on its way', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/a', 'old')
    const request = ingest.begin('PUT', '/streams/1/a')
    const responded = once(request, 'response')
    request.write(Buffer.alloc(300_000))
    await until('it is staged', async () => (await readdir(join(suite.path(), 'staging/one'))).length > 0)
    equal((await ingest.send('DELETE', '/streams/1/a')).status, 200)
    request.end()
    const [response] = await responded
    response.resume()
    equal(response.statusCode, 202)
    equal((await ingest.get('/streams/1/a')).text.length, 300_000)
  })
})
