import { deepEqual, match, ok } from 'node:assert/strict'
import { about, findingsResponse, probesResponse } from '@pushav/shared/api/service.ts'
import { probeHostsKey, probeWorkerKey } from '@pushav/shared/probe-worker.ts'
import { chunk } from '@pushav/shared/testing/media/boxes.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Redis } from 'ioredis'
import { ingestSuite } from '../../testing/ingest.ts'
import { findingCodes } from '../../validation/rules.ts'

describe('what the server says of itself', () => {
  const suite = ingestSuite()

  it('is its version, names, root and limits', async () => {
    await using ingest = await suite.start({ PORT: '1234', UI_PORT: '1235', STRICT_MODE: 'true' })
    const said = about.parse((await ingest.get('/about')).json)
    deepEqual([said.port, said.ui_port, said.strict_default, said.compat], [1234, 1235, true, null])
    ok(said.names.includes('localhost'), said.names.join())
    match(said.root.fingerprint_sha256, /^[0-9a-f]{64}$/)
    match(said.version, /^\d+\.\d+\.\d+$/)
  })

  it('is where its files are, for clients on this machine alone', async () => {
    await using ingest = await suite.start()
    const pathsFor = async (address: string) => {
      const { json } = await ingest.send('GET', '/about', undefined, { 'x-forwarded-for': address })
      return [about.parse(json).working_directory, about.parse(json).root.path]
    }
    deepEqual(await pathsFor('192.0.2.7'), [null, null])
    for (const path of await pathsFor('127.0.0.1')) match(path ?? '', /^\//)
  })

  it('is each rule, with a sentence on what to change', async () => {
    await using ingest = await suite.start()
    const { findings } = findingsResponse.parse((await ingest.get('/findings')).json)
    deepEqual(
      findings.map(({ code }) => code),
      findingCodes,
    )
    for (const { code, hint } of findings) match(hint, /^[A-Z].{20,250}[.…]$/s, code)
  })

  it('is how far the probes are, and which workers are alive', async () => {
    await using ingest = await suite.start()
    const seenAt = '2026-11-28T10:52:42.066Z'
    const worker = { confinement: 'limits', isSandboxed: false, concurrency: 4, seenAt }
    await using redis = await connect()
    await redis.client.sadd(probeHostsKey, 'alive', 'other-version', 'silent')
    await redis.client.set(probeWorkerKey('alive'), JSON.stringify(worker))
    await redis.client.set(probeWorkerKey('other-version'), '1')
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.cmfv', chunk())
    // Jobs go to the queue behind the response.
    const { failed, workers } = await until('the probe job', async () => {
      const response = probesResponse.parse((await ingest.get('/probes')).json)
      return response.waiting === 1 && response
    })
    deepEqual(failed, [])
    deepEqual(workers, [
      { name: 'alive', seen_at: seenAt, concurrency: 4, confinement: 'limits', is_sandboxed: false },
    ])
  })

  it('is the time', async () => {
    await using ingest = await suite.start()
    const { text } = await ingest.get('/time')
    ok(Math.abs(Date.parse(text) - Date.now()) < 5_000, text)
  })

  async function connect() {
    const client = new Redis(suite.redis().path)
    return { client, [Symbol.asyncDispose]: async () => void (await client.quit()) }
  }
})
