import { deepEqual, equal, ok } from 'node:assert/strict'
import { as, curl, makeDevice, makeStream } from '../clients/curl.ts'
import { mediaOfSuite } from '../support/media/media.ts'
import { serverOfSuite } from '../support/suite/server-of-suite.ts'
import { type Firefox, hasFirefox, startFirefox } from './support/firefox.ts'
import { runnableBodies } from './support/runnable-bodies.ts'

/** Chromium does the same in `hostile-names.test.ts` and `live-view.test.ts`. */
describe('in Firefox', function () {
  this.timeout(90_000)
  if (!hasFirefox()) return void it.skip('FIREFOX IS MISSING: install firefox-esr to test with it')
  const serverOf = serverOfSuite()
  const mediaOf = mediaOfSuite()
  let firefox: Firefox
  let stream: string
  before(async () => {
    const device = await makeDevice(serverOf(), 'dev')
    stream = await makeStream(serverOf())
    const put = async (path: string, type: string, body: string | Buffer) => {
      const args = [...as(device), '-H', `Content-Type: ${type}`, '-T', '-']
      equal((await curl(serverOf(), `/streams/${stream}/${path}`, args, body)).status, 202)
    }
    for (const [path, type, body] of runnableBodies) await put(path, type, body)
    await put('v/init.mp4', 'video/mp4', mediaOf().init)
    await put('v/1.m4s', 'video/mp4', mediaOf().segment)
    firefox = await startFirefox()
  })
  after(async () => firefox?.[Symbol.asyncDispose]())

  it('the live view shows uploads and marks, without a complaint', async () => {
    await firefox.open(`${serverOf().url}/ui/streams/${stream}`)
    const count = `document.querySelector('.log-count').textContent`
    const row = `document.querySelector('.list-row:not([hidden]) .c-path')?.textContent`
    const isShown = `${count} === '${runnableBodies.length + 2}' && ${row} && document.querySelector('.timeline canvas').height > 0`
    await firefox.evaluate(
      `new Promise((resolve) => { const look = () => (${isShown} ? resolve(true) : setTimeout(look, 50)); look() })`,
    )
    equal(await firefox.evaluate(`document.querySelector('#connection').textContent`), 'live')
    deepEqual(firefox.complaints, [])
  })

  it('nothing of a device runs when it is opened as a page', async () => {
    for (const [path] of runnableBodies) {
      await firefox.open(`${serverOf().url}/streams/${stream}/${path}`)
      ok((await firefox.evaluate('document.title')) !== 'ran', path)
    }
  })

  it('the same bodies do run where nothing keeps them from it', async () => {
    const [, , body = ''] = runnableBodies[0] ?? []
    await firefox.open(`data:text/html,${encodeURIComponent(body)}`)
    equal(await firefox.evaluate('document.title'), 'ran')
  })
})
