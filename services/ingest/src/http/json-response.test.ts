import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import express from 'express'
import { inPages } from '../streams/pages.ts'
import { jsonPieces } from './json-pieces.ts'
import { formatJson, sendJson, streamJson } from './json-response.ts'

const manyPages = 1_000

describe('streamJson', () => {
  it('reads no further than the head needs for HEAD, and keeps the connection', async () => {
    let pages = 0
    async function* list() {
      while (pages < manyPages) yield [`${pages++}`.padEnd(10_000)]
    }
    const app = express().get('/', (_request, response) => streamJson(response, { list: list() }))
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    using agent = Object.assign(new Agent({ keepAlive: true, maxSockets: 1 }), {
      [Symbol.dispose]: () => server.closeAllConnections(),
    })
    const { port } = server.address() as AddressInfo
    const ask = async (method: string) => {
      const [response] = await once(request({ port, host: '127.0.0.1', method, agent }).end(), 'response')
      return text(response)
    }
    equal(await ask('HEAD'), '')
    await setTimeout(100)
    ok(pages < 10, `${pages} pages read`)
    pages = 0
    equal(JSON.parse(await ask('GET')).list.length, manyPages)
    server.close()
  })
})

describe('JSON responses', () => {
  it('end with a newline, and are indented on request', async () => {
    const app = express()
    app.use(formatJson)
    app.get('/plain', (_request, response) => void response.json({ a: [1] }))
    app.get('/paged', (_request, response) => streamJson(response, { a: pagesOf([1], 1) }))
    app.get('/sent', (_request, response) => sendJson(response, 200, { a: [1] }))
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const path of ['/plain', '/paged', '/sent']) {
      const body = async (query: string) => (await fetch(`http://127.0.0.1:${port}${path}${query}`)).text()
      equal(await body(''), '{"a":[1]}\n')
      equal(await body('?pretty'), '{\n  "a": [\n    1\n  ]\n}\n')
      equal(await body('?prettyish=1'), '{"a":[1]}\n')
    }
    server.closeAllConnections()
    server.close()
  })
})

async function* pagesOf(all: readonly unknown[], length: number) {
  yield []
  yield* inPages(all, length)
}

const jsonOf = async (value: unknown): Promise<string> => (await Array.fromAsync(jsonPieces(value))).join('')

describe('jsonPieces', () => {
  it('says what JSON.stringify says, whatever the pages', async () => {
    const items = ['a"b', 1, null, { b: [true] }, 'é\n']
    for (const length of [1, 2, 9]) {
      const inner = () => ({ 'in "it"': pagesOf(items, length), none: pagesOf([], length) })
      const value = {
        unset: undefined,
        id: 1,
        list: pagesOf([inner(), { plain: 1 }, inner()], length),
        nothing: null,
        end: {},
      }
      const whole = { 'in "it"': items, none: [] }
      equal(
        await jsonOf(value),
        JSON.stringify({ id: 1, list: [whole, { plain: 1 }, whole], nothing: null, end: {} }),
      )
    }
  })

  it('calls a function when the pages before it have been read', async () => {
    let read = 0
    async function* counted() {
      for (; read < 2; read++) yield [read]
    }
    equal(await jsonOf({ list: counted(), next: () => read }), '{"list":[0,1],"next":2}')
  })

  it('takes what a function returns or promises, pages too', async () => {
    const inner = async () => ({ list: pagesOf([1, 2], 1), end: async () => 'x' })
    equal(await jsonOf({ plain: { a: 1 }, inner }), '{"plain":{"a":1},"inner":{"list":[1,2],"end":"x"}}')
  })

  it('reads no page before those in front of it are said', async () => {
    const read: number[] = []
    async function* counted() {
      for (let page = 0; page < 3; page++) {
        read.push(page)
        yield [page]
      }
    }
    const pieces = jsonPieces({ list: counted() })
    for await (const piece of pieces) if (piece === '1') break
    deepEqual(read, [0, 1])
  })
})
