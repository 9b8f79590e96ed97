import { deepEqual } from 'node:assert/strict'
import type { Standalone } from '../../server/standalone.ts'
import { closeAfterTests } from '../../tiers/leak-check.ts'
import { type Browser, startBrowser } from './browser.ts'
import { writePageCoverage } from './page-coverage.ts'

/** One browser for all tests of a suite; after each test it must have nothing to complain about. */
export function browserOfSuite(serverOf: () => Standalone): () => Browser {
  let browser: Browser | null = null
  after('ends Chromium', async function () {
    this.timeout(30_000)
    await browser?.[Symbol.asyncDispose]()
  })
  return browserFrom(async () => {
    browser = await startBrowser(serverOf())
    return browser
  })
}

const shared = new WeakMap<Standalone, Promise<Browser>>()

/** The same for all suites that share a server. */
export const sharedBrowserOfSuite = (serverOf: () => Standalone): (() => Browser) =>
  browserFrom(() => {
    const running = shared.get(serverOf())
    if (running) return running
    const started = startBrowser(serverOf())
    shared.set(serverOf(), started)
    closeAfterTests(async () => (await started)[Symbol.asyncDispose]())
    return started
  })

function browserFrom(start: () => Promise<Browser>): () => Browser {
  let browser: Browser | null = null
  before('starts Chromium', async function () {
    this.timeout(60_000)
    browser = await start()
  })
  afterEach('no complaint of the browser', async () => {
    const complaints = browser?.complaints.splice(0) ?? []
    for (const page of browser?.context.pages().slice(1) ?? []) {
      await writePageCoverage(page)
      await page.close()
    }
    deepEqual(complaints, [])
  })
  return () => {
    if (!browser) throw new Error('the browser runs only during tests')
    return browser
  }
}
