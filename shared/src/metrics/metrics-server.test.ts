import { equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Counter } from 'prom-client'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { createRegistry, serveMetrics } from './metrics-server.ts'

describe('metrics', () => {
  it('are text that Prometheus reads, at one path of an address of their own', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'metrics.sock')
    const registry = createRegistry('test')
    const counter = new Counter({
      ...{ name: 'things_total', help: 'Things', registers: [registry], labelNames: ['kind'] as const },
    })
    counter.inc({ kind: 'a "b"\\\n' })
    await using _server = await serveMetrics(registry, { path })
    const { status, body, type } = await ask(path, '/metrics')
    equal(status, 200)
    match(type, /^text\/plain; version=0\.0\.4/)
    for (const line of body.split('\n')) ok(isSample(line), line)
    ok(body.includes('things_total{kind="a \\"b\\"\\\\\\n",process="test"} 1'), body)
    ok(body.includes('nodejs_eventloop_lag_seconds'))
    equal((await ask(path, '/')).status, 404)
  })

  it('are served nowhere unless an address is named', async () => {
    await using _none = await serveMetrics(createRegistry('test'), null)
  })

  /** The text format, version 0.0.4: a comment, an empty line, or a name with labels and a number. */
  const isSample = (line: string): boolean =>
    line === '' ||
    /^# (HELP|TYPE) /.test(line) ||
    /^[a-zA-Z_:][\w:]*(\{(\w+="(\\.|[^"\\])*",?)*\})? [-+\w.]+( \d+)?$/.test(line)

  async function ask(socketPath: string, path: string) {
    const [response] = await once(request({ socketPath, path, agent: false }).end(), 'response')
    return { status: response.statusCode, type: response.headers['content-type'], body: await text(response) }
  }
})
