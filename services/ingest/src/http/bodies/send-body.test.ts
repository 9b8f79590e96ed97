import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { Extent, RemoteBody } from '../../uploads/ports.ts'
import { sendBody } from './send-body.ts'

const bytes = Buffer.from('0123456789')
const modifiedAt = new Date('2026-01-02T03:04:05Z')

/** A body elsewhere, and which extents of it were read. */
function remoteBody(read?: (extent: Extent) => AsyncIterable<Buffer>) {
  const extents: Extent[] = []
  const body: RemoteBody = {
    ...{ kind: 'remote', bytes: bytes.length, modifiedAt },
    async *read(extent) {
      extents.push(extent)
      if (read) return yield* read(extent)
      for (let at = extent.from; at < extent.to; at += 3)
        yield bytes.subarray(at, Math.min(at + 3, extent.to))
    },
  }
  return { body, extents }
}

/** Requests of a server that sends the body, with `Failure` where that fails before a byte was sent. */
async function serve(body: RemoteBody) {
  const app = express()
  app.get('/', (_request, response) => {
    sendBody(response, body, { ETag: '"one"', 'Content-Type': 'video/mp4' }, (error) => {
      if (error && response.headersSent) response.destroy()
      else if (error) response.status(Number(error.status ?? 500)).end(error.message)
    })
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    async get(headers: Record<string, string> = {}, method = 'GET') {
      const response = await fetch(url, { headers, method })
      const named = ['content-range', 'content-length', 'etag'].map((name) => response.headers.get(name))
      return [response.status, await response.text(), ...named]
    },
    [Symbol.dispose]: () => void server.close().closeAllConnections(),
  }
}

describe('sendBody of a body elsewhere', () => {
  it('reads what is asked for and no more', async () => {
    const { body, extents } = remoteBody()
    using server = await serve(body)
    deepEqual(await server.get(), [200, '0123456789', null, '10', '"one"'])
    deepEqual(await server.get({ range: 'bytes=2-5' }), [206, '2345', 'bytes 2-5/10', '4', '"one"'])
    deepEqual(await server.get({ range: 'bytes=-3' }), [206, '789', 'bytes 7-9/10', '3', '"one"'])
    deepEqual(await server.get({ range: 'bytes=8-99' }), [206, '89', 'bytes 8-9/10', '2', '"one"'])
    deepEqual(extents, [
      { from: 0, to: 10 },
      { from: 2, to: 6 },
      { from: 7, to: 10 },
      { from: 8, to: 10 },
    ])
  })

  it('reads nothing where nothing is to be sent', async () => {
    const { body, extents } = remoteBody()
    using server = await serve(body)
    deepEqual(await server.get({}, 'HEAD'), [200, '', null, '10', '"one"'])
    deepEqual((await server.get({ 'if-none-match': '"one"', 'cache-control': 'max-age=0' })).slice(0, 2), [
      304,
      '',
    ])
    deepEqual((await server.get({ range: 'bytes=10-' })).slice(0, 3), [
      416,
      'the range is beyond the end',
      'bytes */10',
    ])
    deepEqual(extents, [])
  })

  it('sends all of it for several ranges, for what is no range, and for one of another version', async () => {
    using server = await serve(remoteBody().body)
    for (const headers of [
      { range: 'bytes=0-1,5-6' },
      { range: 'lines=1-2' },
      { range: 'bytes=0-1', 'if-range': '"another"' },
      { range: 'bytes=0-1', 'if-range': 'Fri, 02 Jan 2026 03:04:04 GMT' },
    ])
      deepEqual((await server.get(headers)).slice(0, 2), [200, '0123456789'], JSON.stringify(headers))
    for (const ifRange of ['"one"', 'Fri, 02 Jan 2026 03:04:05 GMT'])
      deepEqual((await server.get({ range: 'bytes=0-1', 'if-range': ifRange })).slice(0, 2), [206, '01'])
  })

  it('is an error where the first bytes fail, without headers of the body, and breaks off after them', async () => {
    const failing = (sent: number) =>
      remoteBody(async function* () {
        if (sent > 0) yield bytes.subarray(0, sent)
        throw new Error('changed')
      }).body
    {
      using server = await serve(failing(0))
      deepEqual(await server.get(), [500, 'changed', null, '7', null])
    }
    using server = await serve(failing(4))
    equal(await server.get().catch(() => 'broken off'), 'broken off')
  })
})
