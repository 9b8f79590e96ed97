import { deepEqual, equal } from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { as, curl, type Identity, makeDevice, makeStream } from '../clients/curl.ts'
import { serverOfSuite } from '../support/suite/server-of-suite.ts'
import { pageHolds } from './support/browser.ts'
import { browserOfSuite } from './support/browser-of-suite.ts'

/** Notes each event source, and hides a page for long in no time. */
const watched = `
globalThis.sources = []
globalThis.EventSource = class extends EventSource {
  constructor(url) { super(url); sources.push(this) }
}
const later = globalThis.setTimeout
globalThis.setTimeout = (run, ms, ...more) => later(run, ms === 10_000 ? 0 : ms, ...more)
globalThis.setHidden = (isHidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden })
  document.dispatchEvent(new Event('visibilitychange'))
}`

describe('a page that is kept open', function () {
  this.timeout(60_000)
  const serverOf = serverOfSuite()
  const browserOf = browserOfSuite(serverOf)
  let device: Identity
  before(async () => {
    device = await makeDevice(serverOf(), 'dev')
  })

  async function push(stream: string, path: string): Promise<void> {
    const url = `/streams/${stream}/${path}`
    equal((await curl(serverOf(), url, [...as(device), '-T', '-'], path)).status, 202)
  }

  const row = (page: Page, path: string) => page.locator('.list-row:not([hidden])', { hasText: path })

  it('lets go of the server while it is hidden, and catches up when it is seen again', async () => {
    const stream = await makeStream(serverOf())
    const page = await browserOf().open('/ui/no-such-page')
    await page.addInitScript(watched)
    await page.goto(`${serverOf().url}/ui/streams/${stream}`)
    await page.locator('#connection.live').waitFor()
    await page.evaluate('setHidden(true)')
    await pageHolds(page, 'sources.every(({ readyState }) => readyState === EventSource.CLOSED)')
    await push(stream, 'meanwhile.txt')
    equal(await row(page, 'meanwhile.txt').count(), 0)
    await page.evaluate('setHidden(false)')
    await row(page, 'meanwhile.txt').waitFor()
    equal(await page.evaluate('sources.length'), 2)
  })

  it('goes on when the reader comes back to it', async () => {
    const stream = await makeStream(serverOf())
    await push(stream, 'first.txt')
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await row(page, 'first.txt').waitFor()
    await page.getByRole('link', { name: 'Report', exact: true }).click()
    await page.getByRole('heading', { name: 'Conformance report' }).waitFor()
    await page.goBack()
    await row(page, 'first.txt').waitFor()
    await push(stream, 'second.txt')
    await row(page, 'second.txt').waitFor()
  })

  it('leaves the focus where it is while uploads come', async () => {
    const stream = await makeStream(serverOf(), '?interface=dash')
    const folder = 'session_1/video'
    await push(stream, `${folder}/video.init`)
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await row(page, 'video.init').waitFor()
    const session = page.getByRole('button', { name: /^session 1/ })
    for (const [n, name] of ['Copy', 'all sessions', /^session 1/].entries()) {
      const before = await session.textContent()
      await page.getByRole('button', { name }).first().focus()
      const focused = await page.evaluate('document.activeElement.textContent')
      await push(stream, `${folder}/segment_${1_001 + n}.m4s`)
      await pageHolds(
        page,
        `![...document.querySelectorAll('.chip')].some(({ textContent }) => textContent === ${JSON.stringify(before)})`,
      )
      const after = name instanceof RegExp ? await session.textContent() : focused
      equal(await page.evaluate('document.activeElement.textContent'), after)
    }
    const list = await browserOf().open('/ui/streams')
    const link = list.getByRole('link', { name: `Stream ${stream}`, exact: true })
    await link.focus()
    const amount = list.locator('.card', { has: link }).getByText('4 uploads')
    await amount.waitFor()
    await push(stream, `${folder}/segment_1004.m4s`)
    await amount.waitFor({ state: 'detached' })
    deepEqual(await list.evaluate('document.activeElement.textContent'), `Stream ${stream}`)
  })

  it('says in its title how many uploads have errors', async () => {
    const stream = await makeStream(serverOf())
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await pageHolds(page, `document.title === 'Stream ${stream} · push-av-server'`)
    await push(stream, 'a.txt')
    await pageHolds(page, `document.title === '✕ 1 · Stream ${stream} · push-av-server'`)
  })
})
