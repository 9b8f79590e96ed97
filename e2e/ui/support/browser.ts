import { createHash, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Standalone } from '../../server/standalone.ts'
import { startPageCoverage } from './page-coverage.ts'

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A real Chromium that trusts the server's root, and what it complained about. */
export interface Browser extends AsyncDisposable {
  readonly context: BrowserContext
  /** Errors in pages, violations of the content security policy, and requests to other hosts. */
  readonly complaints: string[]
  /** Every URL that was asked for. */
  readonly requests: readonly string[]
  open(path: string, options?: PageOptions): Promise<Page>
}

interface PageOptions {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
}

const always = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
]

/** Path of a Chromium. Throws loudly when the machine has none. */
function findChromium(): string {
  const found = programs.find((path) => existsSync(path))
  if (!found)
    throw new Error(
      `CHROMIUM IS MISSING: the pages were NOT tested. Install it (apt-get install chromium); looked for ${programs.join(', ')}`,
    )
  return found
}

/** Starts Chromium for one server; it trusts exactly the certificates under that server's root. */
export async function startBrowser(server: Pick<Standalone, 'url' | 'rootCertificate'>): Promise<Browser> {
  await using built = new AsyncDisposableStack()
  const { path } = built.use(await temporaryDirectory())
  const { publicKey } = new X509Certificate(await readFile(server.rootCertificate))
  const key = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
  const context = await chromium.launchPersistentContext(path, {
    executablePath: findChromium(),
    headless: true,
    args: [...always, `--ignore-certificate-errors-spki-list=${key}`],
    acceptDownloads: true,
  })
  built.defer(() => context.close())
  context.setDefaultTimeout(15_000)
  const complaints: string[] = []
  const requests: string[] = []
  context.on('weberror', (error) => complaints.push(String(error.error().stack)))
  context.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  context.on('console', (message) => {
    if (/Content Security Policy|Trusted Type|Refused to/i.test(message.text()))
      complaints.push(message.text())
  })
  context.on('request', (request) => {
    requests.push(request.url())
    if (!request.url().startsWith(server.url) && !/^(blob|data):/.test(request.url()))
      complaints.push(`a request elsewhere: ${request.url()}`)
  })
  const running = built.move()
  return { context, complaints, requests, open, [Symbol.asyncDispose]: () => running.disposeAsync() }

  async function open(
    path: string,
    { width = 1_440, height = 900, theme = 'light' }: PageOptions = {},
  ): Promise<Page> {
    const page = await context.newPage()
    await startPageCoverage(page)
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme: theme })
    await page.goto(`${server.url}${path}`)
    return page
  }
}

/** Resolves when an expression of the page is true, looked at in each frame; the test's own timeout bounds it. */
export async function pageHolds(page: Page, expression: string): Promise<void> {
  await page.evaluate(
    `new Promise((resolve) => { const look = () => (${expression} ? resolve(true) : setTimeout(look, 50)); look() })`,
  )
}
