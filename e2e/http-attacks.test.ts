import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { flags, frame, kinds } from './clients/h2-frames.ts'
import { type Client, keepAlive } from './clients/keep-alive.ts'
import { rawConnection } from './clients/raw-tls.ts'
import { smugglings, textOf } from './support/attacks/h1-attacks.ts'
import { attack, get, headerBlock } from './support/attacks/h2-attack.ts'
import { floods, malformedHeads } from './support/attacks/h2-attacks.ts'
import { type ProxyAlone, startProxyAlone } from './support/topology/proxy-alone.ts'

/** What an attack may add to the memory of the proxy, garbage included. */
const maxGrowthMiB = 192

describe('attacks on the HTTP front', function () {
  this.timeout(60_000)
  let proxy: ProxyAlone
  let other: Client
  let isOver = false
  let served: Promise<number>
  let atRestMiB = 0
  const failures: string[] = []

  before(async () => {
    proxy = await startProxyAlone()
    other = await keepAlive(proxy, proxy.device, 1)
    atRestMiB = (await proxy.memory()).peakMiB
    served = serveOther()
  })
  after(async () => {
    isOver = true
    await served
    other[Symbol.dispose]()
    await proxy[Symbol.asyncDispose]()
  })

  describe('over HTTP/2', () => {
    for (const { what, closes, ...frames } of floods)
      it(`a flood of ${what} ${closes ? 'ends its own connection' : 'is borne'}`, async () => {
        const { isClosed } = await attack(proxy, proxy.device, frames)
        equal(isClosed, closes)
      })

    for (const [what, fields] of malformedHeads)
      it(`a head with ${what} reaches no ingest, and the next stream is served`, async () => {
        const head = (id: number, block: Buffer) =>
          frame(kinds.headers, flags.endHeaders | flags.endStream, id, block)
        const both = Buffer.concat([head(1, headerBlock(fields)), head(3, headerBlock(get('/next')))])
        const seen = proxy.upstream.seen.length
        const { resets, responses, isClosed } = await attack(proxy, proxy.device, { once: both, last: 3 })
        ok(isClosed || resets.has(1) || responses.has(1), 'it was ignored')
        // nghttp2 drops a field that is malformed, and serves the request without it.
        const forwarded = since(seen)
        const namesOf = (headers: object = {}) => Object.keys(headers).join()
        const ordinary = namesOf(forwarded.find(({ url }) => url === '/next')?.headers)
        for (const { method, url, headers } of forwarded) {
          match(`${method} ${url}`, /^GET \/(healthz|next)$/)
          equal(namesOf(headers), ordinary)
        }
      })
  })

  describe('over HTTP/1.1', () => {
    for (const smuggling of smugglings)
      it(`${smuggling.what} is refused, and what is behind it is no request`, async () => {
        const seen = proxy.upstream.seen.length
        using connection = await rawConnection(proxy, proxy.device)
        connection.tls.write(textOf(smuggling), 'latin1')
        connection.tls.end()
        const said = await connection.reply
        match(said, /^(HTTP\/1\.1 [45]\d\d |$)/)
        equal(said.match(/^HTTP\/1\.1 /gm)?.length ?? 0, said === '' ? 0 : 1, said)
        deepEqual(
          since(seen).filter(({ url, end }) => url !== '/outer.m4s' || end === 'whole'),
          [],
        )
      })
  })

  describe('after all of them', () => {
    it('every upload of another client was served', async () => {
      isOver = true
      const count = await served
      deepEqual(failures, [])
      ok(count > 20, String(count))
    })

    it('the proxy runs and has not grown beyond bounds', async () => {
      equal(proxy.exitCode(), null)
      ok(!proxy.output().includes('exchange failed'), proxy.output())
      const growth = (await proxy.memory()).peakMiB - atRestMiB
      ok(growth < maxGrowthMiB, `${growth} MiB`)
    })
  })

  /** Requests that were forwarded meanwhile; the other client's are not meant. */
  const since = (seen: number) =>
    proxy.upstream.seen.slice(seen).filter(({ url }) => !url.startsWith('/other-'))

  /** Uploads one after the other until all attacks are over. */
  async function serveOther(): Promise<number> {
    let count = 0
    while (!isOver) {
      const path = `/other-${++count}.bin`
      await other.send('PUT', path, path).then(
        ({ status }) => status === 200 || failures.push(`${path}: ${status}`),
        (error) => failures.push(`${path}: ${error}`),
      )
    }
    return count
  }
})
