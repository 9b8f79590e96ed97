import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { curl, makeDevice, makeStream } from '../clients/curl.ts'
import { pushAsCamera } from '../support/devices/camera.ts'
import { mpdStyles, recordSession } from '../support/media/matter-recording.ts'
import { mediaOfSuite } from '../support/media/media.ts'
import { serverOfSuite } from '../support/suite/server-of-suite.ts'
import { browserOfSuite } from './support/browser-of-suite.ts'

const widths = [
  ['desktop', 1_440, 900],
  ['phone', 390, 844],
] as const

/** What the pages ask for when they are opened, beside their own files; the tests before open all of them. */
const requestsOfPages: readonly string[] = [
  '/about',
  '/access',
  '/certs',
  '/certs/device/dev.pem',
  '/certs/server/root.pem',
  '/compare',
  '/devices',
  '/devices/{id}',
  '/events',
  '/faults/{id}',
  '/probes',
  '/readyz',
  '/refusals',
  '/streams',
  '/streams/{id}',
  '/streams/{id}/events',
  '/streams/{id}/report',
  '/streams/{id}/session_1/index.mpd',
  '/streams/{id}/session_1/video/segment_{number}.m4s',
  '/streams/{id}/uploads',
  '/tls-tests',
  '/uploads/{id}/{id}/boxes',
  '/uploads/{id}/{id}/facts',
  '/uploads/{id}/{id}/preview.mp4',
  '/uploads/{id}/{id}/text',
  '/webhooks',
  '/webhooks/{id}/deliveries',
]

/** Options of axe: the themes differ in nothing but colours. */
const checked = {
  light: JSON.stringify({ resultTypes: ['violations'] }),
  dark: JSON.stringify({ resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block'] }),
}

/** Collects in a page what moves by itself, with the elements that moved. */
const recordShifts = `globalThis.shifts = []
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries())
      if (value > 0.001) shifts.push([value, ...sources.map(({ node }) => node?.className ?? node?.textContent)].join(' '))
  }).observe({ type: 'layout-shift', buffered: true })`

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

describe('all pages', function () {
  this.timeout(240_000)
  const serverOf = serverOfSuite()
  const browserOf = browserOfSuite(serverOf)
  const mediaOf = mediaOfSuite()
  let stream: string
  let emptyStream: string
  let fingerprint: string
  before(async () => {
    const device = await makeDevice(serverOf(), 'dev')
    stream = await makeStream(serverOf(), '?interface=dash')
    const style = mpdStyles['Matter 1.6.1']
    if (!style) throw new Error('no style')
    const objects = await recordSession(mediaOf().source, mediaOf().directory, style)
    await pushAsCamera(
      serverOf(),
      device,
      stream,
      objects.filter(({ path }) => !path.endsWith('video/segment_1002.m4s')),
    )
    const when = { path: 'session_1/index.mpd' }
    const rule = JSON.stringify({ when, fault: { kind: 'status', status: 500 } })
    await curl(serverOf(), `/faults/${stream}`, ['-XPOST', '-d', rule])
    emptyStream = await makeStream(serverOf(), '?interface=hls')
    await curl(serverOf(), '/webhooks', ['-d', '{"url":"http://localhost/"}'])
    const { text } = await curl(serverOf(), '/devices')
    fingerprint = JSON.parse(text).devices[0].fingerprint
  })

  const pages = (): readonly (readonly [path: string, ready: string])[] => [
    ['/ui/streams', '.card'],
    [`/ui/streams/${stream}`, '.verdict-row.error'],
    [`/ui/streams/${stream}?q=1003`, '.list-row'],
    [`/ui/streams/${stream}/session_1/index.mpd`, '.text-line'],
    [`/ui/streams/${stream}/session_1/video/segment_1001.m4s?tab=boxes`, '.box'],
    [`/ui/streams/${stream}/session_1/video/segment_1003.m4s?tab=reference`, '.tab-panel .code'],
    [`/ui/reports/${stream}`, '.reference-counts'],
    [`/ui/compare?a=${stream}&b=${emptyStream}`, '.compare-verdict'],
    ['/ui/compare?a=99999&b=99999', '.error-text'],
    [`/ui/faults/${stream}`, '.report-row'],
    [`/ui/streams/${emptyStream}`, '.empty'],
    ['/ui/streams/99999', '.empty'],
    ['/ui/reports/99999', '.error-text'],
    ['/ui/devices', '.item'],
    [`/ui/devices/${fingerprint}`, '.item'],
    ['/ui/certificates/server/root.pem', '.facts'],
    ['/ui/certificates/device/dev.pem', '.facts'],
    ['/ui/tls-tests', '.empty'],
    [`/ui/connect?stream=${stream}`, '.step'],
    ['/ui/service', '.tile'],
    ['/ui/webhooks', '.item'],
    ['/ui/access', 'h1'],
    ['/ui/no-such-page', 'h1'],
    ['/ui/certificates', '.table'],
  ]

  it('are accessible and fit, light and dark, desktop and phone, and do not move what is there when data comes', async () => {
    const page = await browserOf().open('/ui/no-such-page')
    await page.addInitScript(axe.source)
    await page.addInitScript(recordShifts)
    for (const [path, ready] of pages()) {
      await page.setViewportSize({ width: 1_440, height: 900 })
      await page.emulateMedia({ colorScheme: 'light' })
      await page.goto(`${serverOf().url}${path}`)
      await page.locator(ready).first().waitFor()
      deepEqual(await page.evaluate('shifts'), [], path)
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme })
        for (const [name, width, height] of widths) {
          await page.setViewportSize({ width, height })
          await assertFits(page, theme, `${path}, ${theme}, ${name}`)
        }
      }
    }
  })

  async function assertFits(page: Page, theme: keyof typeof checked, what: string): Promise<void> {
    const fits = await page.evaluate('document.documentElement.scrollWidth <= innerWidth')
    equal(fits, true, `${what}: wider than the window`)
    const violations = await page.evaluate<readonly Violation[]>(
      `axe.run(${checked[theme]}).then(({ violations }) => violations)`,
    )
    const told = violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
    )
    deepEqual(told, [], what)
  }

  it('answer under the routes of the reference', async () => {
    equal((await curl(serverOf(), '/')).status, 307)
    for (const path of [
      '/ui/streams',
      `/ui/streams/${stream}`,
      `/ui/streams/${stream}/session_1/index.mpd`,
      `/ui/streams/${stream}/session_1/index.mpd.crt`,
      '/ui/certificates',
      '/ui/certificates/server/root.pem',
      '/ui/certificates/device/dev',
    ])
      equal((await curl(serverOf(), path)).status, 200, path)
    equal((await curl(serverOf(), '/ui/no-such-page')).status, 404)
  })

  it('show their whole navigation in one line on a tablet', async () => {
    for (const width of [700, 800, 900]) {
      const page = await browserOf().open('/ui/streams', { width, height: 900 })
      const head = await page.evaluate(`(() => {
        const [nav, brand] = ['nav', '.brand'].map((name) => document.querySelector('.top ' + name))
        return [nav.scrollWidth - nav.clientWidth, brand.getClientRects().length]
      })()`)
      deepEqual(head, [0, 1], `at ${width} px`)
    }
  })

  it('say that there is no object at the address of a route of the API', async () => {
    const page = await browserOf().open(`/ui/streams/${stream}/report`)
    await page.getByText('there is no object at this path').waitFor()
    await page.getByRole('link', { name: 'Back to the stream' }).waitFor()
  })

  it('fold away what two recordings have in common', async () => {
    const page = await browserOf().open(`/ui/compare?a=${stream}&b=${emptyStream}`)
    const equal = page.locator('details', { hasText: 'Equal' })
    await equal.locator('table').waitFor({ state: 'hidden' })
    await equal.locator('summary').click()
    await equal.getByText('not put to the test').first().waitFor()
  })

  it('write the fingerprint of the root in one way', async () => {
    const { text } = await curl(serverOf(), '/about')
    const openssl = (JSON.parse(text).root.fingerprint_sha256.replaceAll(':', '').match(/../g) ?? []).join(
      ':',
    )
    for (const path of ['/ui/service', '/ui/certificates', '/ui/connect']) {
      const page = await browserOf().open(path)
      await page.getByText(openssl.toUpperCase()).waitFor()
    }
  })

  it('hand the report of a session out to be filed, with the digest of each upload', async () => {
    const page = await browserOf().open(`/ui/reports/${stream}?session=1`)
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'JSON with digests' }).click()
    const download = await downloading
    equal(download.suggestedFilename(), `report-stream-${stream}-session-1.json`)
    const { session, evidence } = JSON.parse(await readFile(await download.path(), 'utf8'))
    equal(session, '1')
    equal(evidence.digests.length, evidence.uploads)
    ok(evidence.uploads > 3)
  })

  it('ask for nothing but these', () => {
    const idOf = (part: string) =>
      /^[\d]+$|^[0-9a-f]{8}-[0-9a-f-]{27}$|^[0-9a-f]{64}$/.test(part) ? '{id}' : part
    const asked = browserOf()
      .requests.filter((url) => url.startsWith(serverOf().url))
      .map((url) => new URL(url).pathname)
      .filter((path) => !path.startsWith('/ui/'))
      .map((path) => path.split('/').map(idOf).join('/'))
      // How many segments a player asks for before the page is left is a matter of time.
      .map((path) => path.replace(/segment_\d+/, 'segment_{number}'))
    deepEqual([...new Set(asked)].sort(), requestsOfPages)
  })
})
