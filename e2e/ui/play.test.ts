import { deepEqual } from 'node:assert/strict'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { type Identity, makeDevice, makeStream } from '../clients/curl.ts'
import { run } from '../server/run.ts'
import { pushAsCamera } from '../support/devices/camera.ts'
import { mpdStyles, type RecordedObject, recordSession } from '../support/media/matter-recording.ts'
import { mediaOfSuite } from '../support/media/media.ts'
import { sharedServerOfSuite } from '../support/suite/server-of-suite.ts'
import { pageHolds } from './support/browser.ts'
import { sharedBrowserOfSuite } from './support/browser-of-suite.ts'

interface Playing {
  readonly time: number
  readonly frames: number
  readonly corrupted: number
  readonly width: number
}

/** Null while the page has no player yet. */
const playing = `(() => {
  const video = document.querySelector('.player video')
  const { totalVideoFrames, corruptedVideoFrames } = video?.getVideoPlaybackQuality() ?? {}
  return video && { time: video.currentTime, frames: totalVideoFrames, corrupted: corruptedVideoFrames, width: video.videoWidth }
})()`

describe('the player', function () {
  this.timeout(60_000)
  const serverOf = sharedServerOfSuite()
  const browserOf = sharedBrowserOfSuite(serverOf)
  const mediaOf = mediaOfSuite()
  let device: Identity
  let objects: readonly RecordedObject[]
  before(async () => {
    device = await makeDevice(serverOf(), 'dev')
    const style = mpdStyles['Matter 1.6.1']
    if (!style) throw new Error('no style')
    objects = await recordSession(mediaOf().source, mediaOf().directory, style)
  })

  /** Frames are decoded, and time goes on. */
  async function assertPlays(page: Page): Promise<void> {
    await pageHolds(page, `(${playing})?.frames >= 50 && (${playing})?.time >= 2`)
    const { width, corrupted } = (await page.evaluate(playing)) as Playing
    deepEqual([width, corrupted], [640, 0])
  }

  for (const [kind, sources] of [
    ['dash', ['with our manifest', 'as sent']],
    ['cmaf-ingest', ['with our manifest', 'as sent']],
  ] as const)
    it(`plays a session of ${kind}: ${sources.join(', ')}`, async () => {
      const stream = await makeStream(serverOf(), `?interface=${kind}`)
      await pushAsCamera(serverOf(), device, stream, objects)
      const page = await browserOf().open(`/ui/streams/${stream}`)
      await page.locator('.list-row', { hasText: 'index.mpd' }).first().waitFor()
      await page.getByRole('button', { name: '▶ Play' }).click()
      for (const source of sources) {
        await page.getByRole('button', { name: source }).click()
        await page.locator(`.player-bar button[aria-pressed="true"]`, { hasText: source }).waitFor()
        await assertPlays(page)
      }
    })

  it('plays while the camera still sends, and shows a picture of the stream', async () => {
    const stream = await makeStream(serverOf(), '?interface=dash')
    await pushAsCamera(serverOf(), device, stream, objects.slice(0, -1))
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.activity', { hasText: 'live' }).waitFor()
    await page.getByRole('button', { name: '▶ Play' }).click()
    await pageHolds(page, `(${playing})?.frames >= 25`)
    const list = await browserOf().open('/ui/streams')
    await pageHolds(
      list,
      "[...document.querySelectorAll('.picture video')].some((video) => video.videoWidth === 640)",
    )
  })

  it('follows no manifest that points elsewhere, and says so', async () => {
    const stream = await makeStream(serverOf(), '?interface=dash')
    const evil = objects.map((object) =>
      object.path.endsWith('.mpd')
        ? {
            ...object,
            body: Buffer.from(
              String(object.body).replace(/<Period/, '<BaseURL>https://192.0.2.1/evil/</BaseURL><Period'),
            ),
          }
        : object,
    )
    await pushAsCamera(serverOf(), device, stream, evil)
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'index.mpd' }).first().waitFor()
    await page.getByRole('button', { name: '▶ Play' }).click()
    await page.getByRole('button', { name: 'as sent' }).click()
    await page.getByText('points outside this stream').waitFor()
    await page.getByRole('button', { name: 'Play with our manifest' }).click()
    await assertPlays(page)
  })

  it('exports what others can read', async () => {
    const stream = await makeStream(serverOf(), '?interface=dash')
    await pushAsCamera(serverOf(), device, stream, objects)
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'index.mpd' }).first().waitFor()
    for (const [link, check] of [
      [
        'MP4, all playable tracks',
        (file: string) => run('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-f', 'null', '-']),
      ],
      ['Zip, every upload as sent', (file: string) => run('unzip', ['-tq', file])],
    ] as const) {
      await page.getByRole('button', { name: /Export/ }).click()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: link }).click(),
      ])
      const file = join(mediaOf().directory, download.suggestedFilename())
      await download.saveAs(file)
      const { code, stderr } = await check(file)
      deepEqual([code, stderr], [0, ''], link)
      await page.getByRole('button', { name: /Export/ }).click()
    }
  })
})
