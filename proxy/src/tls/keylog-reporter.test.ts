import { deepEqual, equal, ok } from 'node:assert/strict'
import type { TlsSecret } from '@pushav/shared/api/evidence/keylog.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { createKeylogReporter } from './keylog-reporter.ts'

const secret = (n: number): TlsSecret => ({
  ...{ address: '192.0.2.7', port: n, at: '2026-01-01T00:00:00.000Z' },
  line: `CLIENT_RANDOM ${'0'.repeat(64)} 00`,
})

describe('createKeylogReporter', () => {
  it('posts all secrets in their order, again where ingest did not accept them', async () => {
    const posts: number[] = []
    const accepted: number[] = []
    await using reporter = createKeylogReporter({
      post: async (secrets) => {
        posts.push(secrets.length)
        if (posts.length === 1) return false
        accepted.push(...secrets.map(({ port }) => port))
        return true
      },
      onDrop: () => undefined,
    })
    const all = Array.from({ length: 600 }, (_, n) => n)
    for (const n of all) reporter.report(secret(n))
    await until('all are posted', async () => accepted.length === 600)
    deepEqual(accepted, all)
    ok(posts.every((length) => length <= 250))
  })

  it('drops secrets when too many wait, says so once, and goes on', async () => {
    let [drops, isAccepting] = [0, false]
    const accepted: number[] = []
    await using reporter = createKeylogReporter({
      post: async (secrets) => {
        if (isAccepting) accepted.push(...secrets.map(({ port }) => port))
        return isAccepting
      },
      onDrop: () => drops++,
    })
    for (let n = 0; n < 20_010; n++) reporter.report(secret(1))
    equal(drops, 1)
    isAccepting = true
    await until('what waits is posted', async () => accepted.length === 20_000)
    reporter.report(secret(2))
    await until('a later one is posted', async () => accepted.at(-1) === 2)
  })

  it('posts what waits when it is disposed of', async () => {
    const accepted: number[] = []
    const reporter = createKeylogReporter({
      post: async (secrets) => accepted.push(...secrets.map(({ port }) => port)) > 0,
      onDrop: () => undefined,
    })
    reporter.report(secret(7))
    await reporter[Symbol.asyncDispose]()
    deepEqual(accepted, [7])
  })
})
