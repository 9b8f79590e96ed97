import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { as, curl, type Identity, makeDevice, makeStream } from '../clients/curl.ts'
import { makeLongBody } from '../support/media/long-body.ts'
import { mediaOfSuite } from '../support/media/media.ts'
import { sharedServerOfSuite } from '../support/suite/server-of-suite.ts'
import { pageHolds } from './support/browser.ts'
import { sharedBrowserOfSuite } from './support/browser-of-suite.ts'

/** Each row of the log begins where the one above it ends. */
const areRowsJoined = `[...document.querySelectorAll('.list-row:not([hidden])')]
  .map((row) => row.getBoundingClientRect())
  .every(({ top }, i, all) => i === 0 || Math.abs(top - all[i - 1].bottom) < 1)`

describe('the live view', function () {
  this.timeout(60_000)
  const serverOf = sharedServerOfSuite()
  const browserOf = sharedBrowserOfSuite(serverOf)
  const mediaOf = mediaOfSuite()
  let device: Identity
  before(async () => {
    device = await makeDevice(serverOf(), 'dev')
  })

  async function push(stream: string, path: string, body: Buffer | string): Promise<void> {
    const { status, text } = await curl(
      serverOf(),
      `/streams/${stream}/${path}`,
      [...as(device), '-T', '-'],
      body,
    )
    equal(status, 202, text)
  }

  it('leads from an empty server to the first segment of ffmpeg, by what the pages say', async () => {
    const page = await browserOf().open('/')
    match(page.url(), /\/ui\/streams$/)
    await page.getByRole('button', { name: 'New stream' }).click()
    await page.getByRole('button', { name: 'Create' }).click()
    await page.waitForURL(/\/ui\/connect\?stream=\d+/)
    await page.getByRole('button', { name: 'ffmpeg', exact: true }).click()
    const line = await page.getByLabel('ffmpeg', { exact: true }).textContent()
    const stream = new URL(page.url()).searchParams.get('stream')

    const ffmpeg = spawn('sh', ['-c', `exec ${line}`], { stdio: 'ignore' })
    using _stopped = { [Symbol.dispose]: () => void ffmpeg.kill() }
    await page.getByText(`Stream ${stream} has`).waitFor({ timeout: 30_000 })
    await page.getByRole('link', { name: 'Look' }).click()
    await page.locator('.list-row:not([hidden])', { hasText: /track-0\/1\.cmfv/ }).waitFor()
    await page.locator('.activity', { hasText: 'live' }).waitFor()
    await page.locator('.list-row:not([hidden])', { hasText: /track-0\/2\.cmfv/ }).waitFor()
    equal(await page.locator('.verdict-row.error').count(), 0)
    await ended(ffmpeg)
  })

  async function ended(child: ChildProcess): Promise<void> {
    const closed = once(child, 'close')
    child.kill('SIGINT')
    await closed
  }

  it('shows an upload within a second, what is wrong with it, and what ffprobe says', async () => {
    const stream = await makeStream(serverOf())
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.getByText('Nothing has arrived yet.').waitFor()
    await push(stream, 'v/init.mp4', mediaOf().init)
    await page.locator('.list-row', { hasText: 'v/init.mp4' }).waitFor()
    const delays: number[] = []
    for (let n = 1; n <= 5; n++) {
      await push(stream, `v/hello-${n}.txt`, `hello ${n}`)
      const begun = performance.now()
      await page.locator('.list-row.error', { hasText: `v/hello-${n}.txt` }).waitFor()
      delays.push(performance.now() - begun)
    }
    ok(Math.min(...delays) < 1_000, `after ${delays.map(Math.round).join(', ')} ms`)

    await page.locator('.verdict-row.error', { hasText: 'extension' }).click()
    await page.waitForURL(/q=code/)
    equal(await page.locator('.list-row:not([hidden])', { hasText: 'init.mp4' }).count(), 0)
    await page.getByLabel('Filter uploads').fill('')
    await page.locator('.list-row', { hasText: 'v/init.mp4' }).click()
    await page.getByRole('tab', { name: 'Probe' }).click()
    await page.locator('.panel .facts').getByText('h264').waitFor({ timeout: 45_000 })
    await page.getByRole('tab', { name: 'Boxes' }).click()
    await page.locator('button.box', { hasText: 'tkhd' }).click()
    await page.locator('.hex mark').first().waitFor()
    match(page.url(), /upload=.*tab=boxes/)
  })

  it('shows all of an upload on a phone, with nothing that scrolls by itself', async () => {
    const stream = await makeStream(serverOf())
    await push(stream, 'a.txt', 'one')
    const page = await browserOf().open(`/ui/streams/${stream}`, { width: 390, height: 844 })
    await page.locator('.list-row', { hasText: 'a.txt' }).click()
    await page.getByRole('tab', { name: 'Headers' }).click()
    await page.locator('.panel').getByText('user-agent').waitFor()
    await pageHolds(page, "document.querySelector('.panel').clientHeight > 320")
    await pageHolds(
      page,
      "document.querySelector('.panel').scrollHeight <= document.querySelector('.panel').clientHeight",
    )
  })

  it('calls a whole track in one request by that, and counts its parts', async () => {
    const stream = await makeStream(serverOf())
    const { all, segments } = await makeLongBody(mediaOf(), 3)
    await push(stream, 'video.cmfv', all)
    const page = await browserOf().open(`/ui/streams/${stream}/video.cmfv`)
    await page.getByText(`one long request in ${segments.length + 1} parts`).waitFor()
  })

  it('goes by keys alone, and a link shows the same again', async () => {
    const stream = await makeStream(serverOf())
    await push(stream, 'a.txt', 'one')
    await push(stream, 'v/init.mp4', mediaOf().init)
    await push(stream, 'b.txt', 'two')
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'b.txt' }).waitFor()
    const chosen = () => page.locator('.list-row.chosen .c-path').textContent()
    await page.keyboard.press('N')
    await page.locator('.panel-head', { hasText: 'a.txt' }).waitFor()
    await page.keyboard.press('N')
    await page.locator('.panel-head', { hasText: 'b.txt' }).waitFor()
    equal(await chosen(), 'b.txt')
    await page.keyboard.press('k')
    await page.locator('.panel-head', { hasText: 'init.mp4' }).waitFor()
    await page.keyboard.press('m')
    await page.keyboard.press('4')
    await page.waitForURL(/axis=media/)

    const again = await browserOf().open(page.url().slice(serverOf().url.length))
    await again.locator('.panel-head', { hasText: 'init.mp4' }).waitFor()
    equal(await again.getByRole('button', { name: 'media' }).getAttribute('aria-pressed'), 'true')
    await again.keyboard.press('Escape')
    equal(await again.locator('.panel').isHidden(), true)
    await again.keyboard.press('?')
    await again.getByRole('dialog', { name: 'Keys' }).waitFor()
  })

  it('shows the columns that were chosen, with the panel as wide as it was left', async () => {
    const stream = await makeStream(serverOf())
    await push(stream, 'a.txt', 'one')
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'a.txt' }).click()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByLabel('findings', { exact: true }).check()
    await page.getByLabel('method', { exact: true }).uncheck()
    await page.keyboard.press('Escape')
    await page.getByRole('separator', { name: 'Width of the panel' }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page.reload()
    const row = page.locator('.list-row', { hasText: 'a.txt' }).first()
    await row.locator('.c-codes', { hasText: 'extension' }).waitFor()
    equal(await row.locator('.c-method').isHidden(), true)
    equal(await page.getByRole('separator').getAttribute('aria-valuenow'), '44')
    await page.evaluate('localStorage.clear()')
  })

  it('lets arrow keys walk the marks of the timeline', async () => {
    const stream = await makeStream(serverOf())
    await push(stream, 'v/init.mp4', mediaOf().init)
    await push(stream, 'v/1.m4s', mediaOf().segment)
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'v/1.m4s' }).waitFor()
    await page.getByRole('group', { name: /^Timeline/ }).focus()
    for (const [key, path] of [
      ['ArrowRight', 'v/init.mp4'],
      ['ArrowRight', 'v/1.m4s'],
      ['ArrowRight', 'v/1.m4s'],
      ['Home', 'v/init.mp4'],
      ['End', 'v/1.m4s'],
    ] as const) {
      await page.keyboard.press(key)
      await page.locator('.tip', { hasText: path }).waitFor()
    }
    await page.locator('#announcements', { hasText: 'v/1.m4s' }).waitFor({ state: 'attached' })
    await page.keyboard.press('Enter')
    await page.locator('.panel-head', { hasText: '1.m4s' }).waitFor()
  })

  it('says that there is no such stream, and leads on', async () => {
    const page = await browserOf().open('/ui/streams/99999')
    await page.getByText('There is no such stream on this server.').waitFor()
    await page.getByRole('link', { name: 'All streams' }).click()
    await page.waitForURL(/\/ui\/streams$/)
  })

  it('does not move the reader who has scrolled up', async () => {
    const stream = await makeStream(serverOf())
    for (let n = 0; n < 40; n++) await push(stream, `t/${n}.txt`, String(n))
    const page = await browserOf().open(`/ui/streams/${stream}`, { height: 700 })
    await page.locator('.list-row', { hasText: 't/39.txt' }).waitFor()
    await page.locator('.list-scroll').hover()
    await page.mouse.wheel(0, -10_000)
    await page.locator('.list-row', { hasText: /t\/0\.txt/ }).waitFor()
    await push(stream, 'late.txt', 'late')
    await page.getByRole('button', { name: '1 new' }).waitFor()
    equal(await page.evaluate("document.querySelector('.list-scroll').scrollTop"), 0)
    await page.keyboard.press('f')
    await page.locator('.list-row', { hasText: 'late.txt' }).waitFor()
  })

  it('has its rows one below the other when the window becomes wide, and narrow again', async () => {
    const stream = await makeStream(serverOf())
    for (const n of [1, 2, 3]) await push(stream, `${n}.txt`, String(n))
    const page = await browserOf().open(`/ui/streams/${stream}`, { width: 600, height: 1_000 })
    await page.locator('.list-row', { hasText: '3.txt' }).waitFor()
    // At both widths the list has all columns.
    for (const width of [1_000, 600]) {
      await page.setViewportSize({ width, height: 1_000 })
      await pageHolds(page, `innerWidth === ${width} && ${areRowsJoined}`)
    }
  })

  it('says that ingest is away, comes back, and has no row missing or twice', async () => {
    const stream = await makeStream(serverOf())
    for (const n of [1, 2, 3]) await push(stream, `before-${n}.txt`, String(n))
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'before-3.txt' }).waitFor()
    await serverOf().crash('ingest')
    await page.locator('#connection:not(.live)').waitFor()
    await page.locator('#connection.live').waitFor({ timeout: 30_000 })
    for (const n of [1, 2, 3]) await push(stream, `after-${n}.txt`, String(n))
    const arrived = page.locator('.list-row:not([hidden]):not(.flying)')
    for (const n of [1, 2, 3]) await arrived.filter({ hasText: `after-${n}.txt` }).waitFor()
    const paths = await page.locator('.list-row:not([hidden]) .c-path').allTextContents()
    deepEqual(paths.sort(), [
      'after-1.txt',
      'after-2.txt',
      'after-3.txt',
      'before-1.txt',
      'before-2.txt',
      'before-3.txt',
    ])
  })

  it('says so when the stream is deleted, and leaves its rows', async () => {
    const stream = await makeStream(serverOf())
    await push(stream, 'a.txt', 'one')
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'a.txt' }).waitFor()
    equal((await curl(serverOf(), `/streams/${stream}`, ['-XDELETE'])).status, 200)
    await page.getByText('This stream was deleted.').waitFor()
    equal(await page.locator('.list-row', { hasText: 'a.txt' }).count(), 1)
  })
})
