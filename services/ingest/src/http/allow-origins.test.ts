import { deepEqual, equal } from 'node:assert/strict'
import { ingestSuite } from '../testing/ingest.ts'

const player = 'https://player.example'
const allowed = 'access-control-allow-origin'

describe('allowOrigins', () => {
  const suite = ingestSuite()

  async function start(env: Record<string, string>) {
    const ingest = await suite.start(env)
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/a.m4s', 'abc')
    return ingest
  }

  const media = '/streams/1/a.m4s'
  const readable = [media, '/streams', '/streams/1', '/streams/1/uploads', '/streams/1/report', '/streams/9']

  it('lets pages of a listed origin read media, lists and what is missing', async () => {
    await using ingest = await start({ ALLOW_ORIGIN: `https://other.example,${player}` })
    for (const path of [...readable, '/probe/1/b.m4s']) {
      const { headers } = await ingest.send('GET', path, undefined, { origin: player })
      deepEqual([headers[allowed], String(headers.vary).includes('Origin')], [player, true], path)
      equal(headers['access-control-allow-credentials'], undefined)
    }
    const range = await ingest.send('GET', media, undefined, { origin: player, range: 'bytes=0-1' })
    deepEqual([range.status, range.headers[allowed]], [206, player])
    equal(String(range.headers['access-control-expose-headers']).includes('Content-Range'), true)
  })

  it('lets pages of any origin read where it is *', async () => {
    await using ingest = await start({ ALLOW_ORIGIN: '*' })
    for (const path of readable)
      equal((await ingest.send('GET', path, undefined, { origin: 'null' })).headers[allowed], '*', path)
  })

  it('responds to the preflight of a read with ranges, and to no other', async () => {
    await using ingest = await start({ ALLOW_ORIGIN: player })
    const preflight = (method: string, origin: string) =>
      ingest.send('OPTIONS', media, undefined, {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'range',
      })
    const { status, headers } = await preflight('GET', player)
    deepEqual([status, headers[allowed], headers['access-control-allow-methods']], [204, player, 'GET, HEAD'])
    equal(String(headers['access-control-allow-headers']).includes('Range'), true)
    for (const [method, origin] of [
      ['PUT', player],
      ['POST', player],
      ['GET', 'https://evil.example'],
    ] as const) {
      const { headers } = await preflight(method, origin)
      deepEqual([headers[allowed], headers['access-control-allow-methods']], [undefined, undefined])
    }
  })

  it('keeps everything from other origins, and certificates from all', async () => {
    await using ingest = await start({ ALLOW_ORIGIN: player })
    for (const path of readable) {
      const { headers } = await ingest.send('GET', path, undefined, { origin: `${player}.evil.example` })
      deepEqual([headers[allowed], String(headers.vary).includes('Origin')], [undefined, true], path)
    }
    for (const path of ['/certs', '/readyz', '/streamsx'])
      equal((await ingest.send('GET', path, undefined, { origin: player })).headers[allowed], undefined, path)
  })

  it('says nothing of origins without the setting', async () => {
    await using ingest = await start({})
    for (const path of readable) {
      const { headers } = await ingest.send('GET', path, undefined, { origin: player })
      deepEqual([headers[allowed], String(headers.vary).includes('Origin')], [undefined, false], path)
    }
  })
})
