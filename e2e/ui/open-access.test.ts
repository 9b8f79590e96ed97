import { deepEqual, equal } from 'node:assert/strict'
import { openAccessWarning } from '@pushav/shared/access-warning.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { curl } from '../clients/curl.ts'
import { serverOfSuite } from '../support/suite/server-of-suite.ts'
import { browserOfSuite } from './support/browser-of-suite.ts'

describe('a server that every client of the network may use', function () {
  this.timeout(60_000)
  // Only the second port is open to other machines.
  const serverOf = serverOfSuite([], { UI_HOST: '0.0.0.0' })
  const browserOf = browserOfSuite(serverOf)
  // The proxy tells ingest where it listens once both run.
  before(() =>
    until('ingest knows it', async () => (await curl(serverOf(), '/readyz')).json.warnings.length > 0),
  )

  it('says so on every page', async () => {
    const page = await browserOf().open('/ui/streams')
    for (const path of ['streams', 'devices', 'certificates', 'connect', 'service', 'no-such-page']) {
      await page.goto(`${serverOf().url}/ui/${path}`)
      await page.getByText(openAccessWarning).waitFor()
    }
    equal(await page.getByRole('button', { name: 'Sign out' }).count(), 0)
  })

  it('says so in /readyz and /access', async () => {
    deepEqual((await curl(serverOf(), '/readyz')).json.warnings, [openAccessWarning])
    const { json } = await curl(serverOf(), '/access')
    deepEqual([json.auth, json.role, json.warnings], ['open', 'admin', [openAccessWarning]])
  })

  it('makes no token and no sign-in, which would count once it asks for them', async () => {
    for (const [path, ...args] of [
      ['/access/tokens', '-d', '{"purpose":"sign-in","role":"admin"}'],
      ['/access/tokens'],
      ['/access/sign-in', '-d', '{"token":"x"}'],
      ['/access/streams/1', '-d', `{"key":"${'0'.repeat(64)}"}`],
    ] as const)
      deepEqual((await curl(serverOf(), path, args)).json.code, 'access-open', path)
  })
})
