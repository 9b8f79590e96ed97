import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { until } from '@pushav/shared/testing/until.ts'
import { makeLeaf, pki } from '../test/certificates.ts'
import { runProxy } from '../test/running-proxy.ts'

const run = promisify(execFile)

describe('the port for browsers', () => {
  it('asks for no certificate, and is named where one is refused', async () => {
    const proxy = await runProxy()
    ok(proxy.uiPort)
    const refused = await ask(proxy.port)
    deepEqual([refused.status, refused.body.code], [403, 'certificate-expired'])
    match(refused.body.detail, new RegExp(`browsers need no certificate on port ${proxy.uiPort}$`))
    equal((await ask(proxy.uiPort)).status, 200)
    const [report] = proxy.upstream.reports
    equal(report?.certificate?.subject, 'CN=expired')
    await proxy.close()
  })

  it('says of a client that does not trust the server that it is a browser', async () => {
    const proxy = await runProxy()
    const codes: (string | undefined)[] = []
    for (const port of [proxy.uiPort, proxy.port]) {
      // It knows the roots of the system alone.
      const { code } = await run('curl', ['-sS', `https://localhost:${port}/`]).catch((error) => error)
      equal(code, 60)
      await until('the report', async () => proxy.upstream.reports.length > codes.length)
      codes.push(proxy.upstream.reports.at(-1)?.code)
    }
    match(codes[0] ?? '', /^BROWSER_ERR_SSL_.*ALERT_UNKNOWN_CA$/)
    match(codes[1] ?? '', /^ERR_SSL_.*ALERT_UNKNOWN_CA$/)
    await proxy.close()
  })

  it('is off on request', async () => {
    const proxy = await runProxy({ UI_PORT: 'off' })
    equal(proxy.uiPort, null)
    await proxy.close()
  })

  it('is left out with a warning when it is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const taken = typeof address === 'object' && address ? address.port : 0
    const proxy = await runProxy({ UI_PORT: String(taken), HOST: '127.0.0.1' })
    deepEqual([proxy.uiPort, (await ask(proxy.port)).status], [null, 403])
    const warning = await proxy.logged('no second port for browsers; UI_PORT names another one, or is off')
    match(String(warning.reason), /^listen EADDRINUSE.*:\d+$/)
    await proxy.close()
    other.close()
  })

  /** A client that would show an expired certificate. */
  async function ask(port: number) {
    const { serverRoot, deviceRoot } = await pki
    const { cert, key } = await makeLeaf(deviceRoot, 'expired', 'clientAuth', [-2, -1])
    const to = {
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: serverRoot.cert,
      cert,
      key,
      agent: false,
    }
    const [response] = await once(request(to).end(), 'response')
    const body = await text(response)
    return { status: response.statusCode, body: body.startsWith('{') ? JSON.parse(body) : null }
  }
})
