import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openedSession } from '@pushav/shared/api/sealed.ts'
import { hksvCameraKey, hksvContentKey, hksvSession } from '@pushav/shared/testing/media/hksv.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Redis } from 'ioredis'
import type { Page } from 'playwright-core'
import { curl, makeDevice, makeStream } from '../clients/curl.ts'
import { run } from '../server/run.ts'
import { pushAsCamera } from '../support/devices/camera.ts'
import { mpdStyles, type RecordedObject, recordSession } from '../support/media/matter-recording.ts'
import { mediaOfSuite } from '../support/media/media.ts'
import { sharedServerOfSuite } from '../support/suite/server-of-suite.ts'
import { pageHolds } from './support/browser.ts'
import { sharedBrowserOfSuite } from './support/browser-of-suite.ts'

const session = '9876543210987654321'
const key = hksvCameraKey.toString('hex')
const frames = "document.querySelector('.player video').getVideoPlaybackQuality().totalVideoFrames"
const time = "document.querySelector('.player video').currentTime"

describe('the player of sealed media', function () {
  this.timeout(60_000)
  const serverOf = sharedServerOfSuite()
  const browserOf = sharedBrowserOfSuite(serverOf)
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

  it('are probed when their key is given, which is stored and logged nowhere', async () => {
    const body = JSON.stringify({ camera_key: key, probe: true })
    const { probes } = await until('ffprobe has looked at all of it', async () => {
      const { text } = await curl(serverOf(), `/sealed/${stream}/${session}`, ['-d', body])
      const opened = openedSession.parse(JSON.parse(text))
      equal(opened.verdict, 'opened')
      return opened.probes?.every(({ state }) => state !== 'queued') && opened
    })
    deepEqual(
      probes?.map(({ path, state, message }) => [path.split('/').at(-1), state, message]),
      ['video.init', 'segment_1001.m4s', 'segment_1002.m4s', 'segment_1003.m4s'].map((name) => [
        ...[name, 'done', undefined],
      ]),
    )
    for (const { probe } of probes ?? []) match(JSON.stringify(probe), /"codec_name":"h264".*"width":640,/)
    const { text } = await curl(serverOf(), `/probe/${stream}/session_${session}/video/segment_1002.m4s`)
    equal(JSON.parse(text).streams[0].codec_name, 'h264')

    const other = JSON.stringify({ camera_key: 'f'.repeat(64), probe: true })
    const refused = await curl(serverOf(), `/sealed/${stream}/${session}`, ['-d', other])
    const { verdict, probes: none } = openedSession.parse(JSON.parse(refused.text))
    deepEqual([verdict, none], ['the key does not fit', []])

    const secrets = [hksvCameraKey, hksvContentKey].flatMap((secret) =>
      (['hex', 'base64', 'latin1'] as const).map((encoding) => secret.toString(encoding)),
    )
    const sockets = await readFile(join(serverOf().workingDirectory, 'standalone/sockets'), 'utf8')
    const redis = new Redis(join(sockets, 'redis.sock'))
    const dumped = await Promise.all((await redis.keys('*')).map((name) => redis.dumpBuffer(name)))
    await redis.quit()
    const places = [...dumped.map((bytes) => bytes?.toString('latin1') ?? ''), serverOf().log.join('\n')]
    for (const secret of secrets) ok(!places.some((place) => place.includes(secret)))
    const { stdout } = await run('grep', ['-rlF', secrets[0] ?? '', serverOf().workingDirectory])
    equal(String(stdout), '')
  })

  it('shows what is inside, after a check by the server', async () => {
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'index.m3u8' }).first().waitFor()
    await page.getByRole('button', { name: '▶ Play' }).click()
    await page.getByLabel('Camera key').fill('f'.repeat(64))
    await page.getByRole('button', { name: 'Check and probe' }).click()
    await page.getByText('the key does not fit: 0 of 4 objects').waitFor()
    await page.getByLabel('Camera key').fill(key)
    await page.getByRole('button', { name: 'Check and probe' }).click()
    await page.getByText('opened: 4 of 4 objects').waitFor()
    await page.getByText('segment_1003.m4s: done h264 640×360').waitFor()
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
