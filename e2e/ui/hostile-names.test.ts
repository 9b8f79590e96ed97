import { equal, match, ok } from 'node:assert/strict'
import { as, curl, type Identity, makeDevice, makeStream } from '../clients/curl.ts'
import { sharedServerOfSuite } from '../support/suite/server-of-suite.ts'
import { sharedBrowserOfSuite } from './support/browser-of-suite.ts'
import { runnableBodies } from './support/runnable-bodies.ts'

const script = '<img src=x onerror=alert(1)>'
const names = [
  `${script}.m4s`,
  "'; touch pwned #.m4s",
  'left\u202eright.m4s',
  `${'a'.repeat(250)}/${'b'.repeat(250)}/${'c'.repeat(250)}/${'d'.repeat(200)}.m4s`,
]

/** A test of `sharedBrowserOfSuite`'s own: dialogs, violations of the policy and requests elsewhere fail each test. */
describe('hostile texts of a device', function () {
  this.timeout(60_000)
  const serverOf = sharedServerOfSuite()
  const browserOf = sharedBrowserOfSuite(serverOf)
  let device: Identity
  let stream: string
  before(async () => {
    device = await makeDevice(serverOf(), 'dev')
    stream = await makeStream(serverOf(), '?interface=dash')
    for (const name of names) {
      const headers = ['-H', `X-Evil: ${script}`, '-H', `X-Shell: '; touch pwned #`]
      const path = name.split('/').map(encodeURIComponent).join('/')
      const { status, text } = await curl(
        serverOf(),
        `/streams/${stream}/${path}`,
        [...as(device), ...headers, '-T', '-'],
        'x',
      )
      equal(status, 202, text)
    }
    const mpd = `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period id="${'&lt;script&gt;alert(1)&lt;/script&gt;'}"><BaseURL>https://192.0.2.1/evil/</BaseURL></Period><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(2)</x:script></MPD>`
    equal(
      (await curl(serverOf(), `/streams/${stream}/session_1/index.mpd`, [...as(device), '-T', '-'], mpd))
        .status,
      202,
    )
  })

  it('are texts in the log, the panel and the timeline, with nothing invisible', async () => {
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'index.mpd' }).waitFor()
    const shown = await page.locator('.list-row:not([hidden]) .c-path').allTextContents()
    ok(shown.includes(`${script}.m4s`), JSON.stringify(shown))
    ok(shown.some((path) => path.includes('‹U+202E›')))
    await page.locator('.list-row', { hasText: '<img' }).click()
    await page.locator('.panel-head', { hasText: '<img' }).waitFor()
    await page.getByRole('tab', { name: 'Headers' }).click()
    await page.locator('.panel').getByText(script, { exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Certificate' }).click()
    await page.locator('.panel').getByText('CN=dev').first().waitFor()
    equal(await page.locator('img').count(), 0)
  })

  it('are quoted in lines for the shell', async () => {
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.evaluate('navigator.clipboard.writeText = async (text) => { globalThis.copied = text }')
    await page.locator('.list-row', { hasText: 'touch pwned' }).click()
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    const line = String(await page.evaluate('globalThis.copied'))
    match(line, /'X-Shell: '\\''; touch pwned #'/i)
  })

  it('are texts on a page of their own, in the report and among the devices', async () => {
    for (const path of [
      `/ui/streams/${stream}/session_1/index.mpd`,
      `/ui/streams/${stream}/${encodeURIComponent(`${script}.m4s`)}`,
      `/ui/reports/${stream}`,
      '/ui/devices',
    ]) {
      const page = await browserOf().open(path)
      await page.locator('h1').waitFor()
      await page.waitForLoadState('networkidle')
      equal(await page.locator('img').count(), 0, path)
    }
  })

  it('never run when an object is opened as a page', async () => {
    const page = await browserOf().open('/ui/streams')
    for (const [path, type, body] of runnableBodies) {
      const args = [...as(device), '-H', `Content-Type: ${type}`, '-T', '-']
      await curl(serverOf(), `/streams/${stream}/${path}`, args, body)
      await page.goto(`${serverOf().url}/streams/${stream}/${path}`).catch(() => null)
      ok((await page.title()) !== 'ran', path)
    }
    browserOf().complaints.splice(0)
  })
})
