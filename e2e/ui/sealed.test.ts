import { deepEqual, ok } from 'node:assert/strict'
import { hksvCameraKey, hksvSession } from '@pushav/shared/testing/media/hksv.ts'
import type { Page } from 'playwright-core'
import { makeDevice, makeStream } from '../clients/curl.ts'
import { pushAsCamera } from '../support/devices/camera.ts'
import { mpdStyles, type RecordedObject, recordSession } from '../support/media/matter-recording.ts'
import { mediaOfSuite } from '../support/media/media.ts'
import { serverOfSuite } from '../support/suite/server-of-suite.ts'
import { pageHolds } from './support/browser.ts'
import { browserOfSuite } from './support/browser-of-suite.ts'

const session = '9876543210987654321'
const key = hksvCameraKey.toString('hex')
const frames = "document.querySelector('.player video').getVideoPlaybackQuality().totalVideoFrames"
const time = "document.querySelector('.player video').currentTime"

describe('the player of sealed media', function () {
  this.timeout(60_000)
  const serverOf = serverOfSuite()
  const browserOf = browserOfSuite(serverOf)
  const mediaOf = mediaOfSuite()
  let stream: string
  before('a session of HomeKit Secure Video', async () => {
    const style = mpdStyles['Matter 1.6.1']
    if (!style) throw new Error('no style')
    const all = await recordSession(mediaOf().source, mediaOf().directory, style)
    const video = all.filter(({ path }) => path.startsWith('session_1/video/'))
    const [init, ...segments] = video.map(({ body }) => body)
    ok(init && segments.length === 3)
    stream = await makeStream(serverOf(), '?interface=hksv')
    const objects = hksvSession(session, init, segments).map(
      ([path, body]): RecordedObject => ({ path, type: typeOf(path), body: Buffer.from(body) }),
    )
    await pushAsCamera(serverOf(), await makeDevice(serverOf(), 'dev'), stream, objects)
  })

  it('asks for the key, says when it does not fit, and plays with the one that fits', async () => {
    const page = await browserOf().open(`/ui/streams/${stream}`)
    const urls: string[] = []
    page.on('request', (request) => urls.push(`${request.url()} ${request.postData() ?? ''}`))
    await page.locator('.list-row', { hasText: 'index.m3u8' }).first().waitFor()
    await page.getByRole('button', { name: '▶ Play' }).click()
    await giveKey(page, 'abc')
    await page.getByText('A camera key has 32 bytes: 64 hexadecimal digits.').waitFor()
    await giveKey(page, 'f'.repeat(64))
    await page.getByText('The key does not open this media').waitFor()
    await giveKey(page, key)
    await pageHolds(page, `${frames} >= 50 && ${time} >= 2`)
    const width = await page.evaluate("document.querySelector('.player video').videoWidth")
    deepEqual(width, 640)
    ok(urls.length > 3)
    deepEqual(
      urls.filter((url) => url.includes(key)),
      [],
    )
  })
})

async function giveKey(page: Page, text: string): Promise<void> {
  await page.getByLabel('Camera key').fill(text)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
}

function typeOf(path: string): string {
  if (path.endsWith('.m3u8')) return 'application/vnd.apple.mpegurl'
  return path.endsWith('.init') ? 'video/mp4' : 'video/iso.segment'
}
