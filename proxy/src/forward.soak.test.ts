import { deepEqual, equal } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { curl } from '../test/clients.ts'
import { replyEarly } from '../test/recorder.ts'
import { type RunningProxy, runProxy } from '../test/running-proxy.ts'

describe('a response before the end of the body', () => {
  let proxy: RunningProxy
  before(async () => {
    proxy = await runProxy()
  })
  after(() => proxy.close())

  it('does not end an HTTP/2 connection, even the 1500th', async () => {
    proxy.upstream.respondWith(replyEarly(404))
    const file = join(proxy.directory, 'refused')
    writeFileSync(file, randomBytes(2 ** 20))
    const each = ['-w', '%{http_code} %{num_connects}\n', '-o', '/dev/null', '-T', file]
    const { body } = await curl(proxy.port, '/x[1-1500]', ['--http2', '-H', 'Expect:', ...each])
    const outcomes = body.trim().split('\n')
    equal(outcomes.length, 1500)
    deepEqual([...new Set(outcomes)].sort(), ['404 0', '404 1'])
    equal(outcomes.filter((outcome) => outcome === '404 1').length, 1)
  }).timeout(240_000)
})
