import { deepEqual, equal } from 'node:assert/strict'
import axe from 'axe-core'
import { adminOf, bearer, callerWith, makeToken, type TestCaller } from '../support/access/callers.ts'
import { serverOfSuite } from '../support/suite/server-of-suite.ts'
import { browserOfSuite } from './support/browser-of-suite.ts'

describe('the sign-in page', function () {
  this.timeout(90_000)
  const serverOf = serverOfSuite(['--auth', 'mtls'])
  const browserOf = browserOfSuite(serverOf)
  let admin: TestCaller
  before(async () => {
    admin = await adminOf(serverOf())
    await admin.send('POST', '/streams?interface=dash')
  })
  after(() => admin[Symbol.dispose]())

  it('is where each page leads first, and leads back', async () => {
    const page = await browserOf().open('/ui/streams/1?q=video')
    equal(new URL(page.url()).pathname, '/ui/sign-in')
    await page.evaluate(axe.source)
    const { violations } = (await page.evaluate('axe.run()')) as { violations: readonly { id: string }[] }
    deepEqual(
      violations.map(({ id }) => id),
      [],
    )
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('the token is not accepted').waitFor()
    await page
      .getByLabel('Token')
      .fill(await makeToken(admin, { purpose: 'sign-in', role: 'viewer', name: 'Ada' }))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/ui/streams/1?q=video')
    await page.getByText('live', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  })

  it('is skipped by a browser that has signed in, and never leads elsewhere', async () => {
    const page = await browserOf().open('/ui/sign-in?next=https://evil.example/')
    await page.waitForURL('**/ui/streams')
    for (const next of ['//evil.example', '/\\evil.example', '/ui/../../x', '/streams/1', '/ui//evil']) {
      await page.goto(`${serverOf().url}/ui/sign-in?next=${encodeURIComponent(next)}`)
      await page.waitForURL((url) => url.pathname !== '/ui/sign-in')
      equal(new URL(page.url()).origin, serverOf().url, next)
    }
  })

  it('leaves the head of a page narrow enough for a phone', async () => {
    const page = await browserOf().open('/ui/streams', { width: 390, height: 844 })
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
  })

  it('leads an admin to tokens and to who may use a stream', async () => {
    const token = await makeToken(admin, { purpose: 'sign-in', role: 'admin', name: 'Grace' })
    const page = await browserOf().open('/ui/streams')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/ui/sign-in')
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/ui/streams')
    await page.getByRole('link', { name: 'Access' }).click()
    await page.getByRole('button', { name: '+ For a device' }).click()
    await page.getByLabel('Name of the device (empty: any)').fill('cam-7')
    await page.getByRole('button', { name: 'Make' }).click()
    const enrolment = await page.locator('dialog code').first().textContent()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('cell', { name: 'cam-7' }).waitFor()
    using anonymous = await callerWith(serverOf(), {})
    const { status } = await anonymous.send('POST', '/certs/cam-7/keypair', '', bearer(enrolment ?? ''))
    equal(status, 200)
    await page.getByLabel('Stream').fill('1')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('It is shared with no device.').waitFor()
    await page.getByLabel('Share with the device or key').fill('cam-7')
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    await page.getByRole('listitem').filter({ hasText: 'cam-7' }).waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('It is shared with no device.').waitFor()
    await page.getByLabel('Share with the device or key').fill('nobody')
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'nobody' }).waitFor()
    await page.evaluate(axe.source)
    const { violations } = (await page.evaluate('axe.run()')) as { violations: readonly { id: string }[] }
    deepEqual(
      violations.map(({ id }) => id),
      [],
    )
  })

  it('comes back after signing out', async () => {
    const page = await browserOf().open('/ui/streams')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/ui/sign-in')
    await page.goto(`${serverOf().url}/ui/devices`)
    equal(new URL(page.url()).pathname, '/ui/sign-in')
  })
})
