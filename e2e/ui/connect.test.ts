import { equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { curl, makeDevice, makeStream } from '../clients/curl.ts'
import { freePort } from '../server/free-port.ts'
import { run } from '../server/run.ts'
import { hasPackager, packager } from '../support/devices/real-clients.ts'
import { mediaOfSuite } from '../support/media/media.ts'
import { sharedServerOfSuite } from '../support/suite/server-of-suite.ts'
import { sharedBrowserOfSuite } from './support/browser-of-suite.ts'

/** The page is told the port of stunnel; a test cannot rely on it to be free. */
const stunnelPort = '127.0.0.1:1280'

describe('the lines of the Connect page', function () {
  this.timeout(90_000)
  const serverOf = sharedServerOfSuite()
  const browserOf = sharedBrowserOfSuite(serverOf)
  const mediaOf = mediaOfSuite()
  before(() => makeDevice(serverOf(), 'dev'))

  /** The lines that the page shows for a client, as they would be copied. */
  async function linesFor(client: string, stream: string): Promise<readonly string[]> {
    const page = await browserOf().open(`/ui/connect?stream=${stream}&client=${client}&host=localhost`)
    await page.locator(`#client-${client}[aria-pressed="true"]`).waitFor()
    const [address, ...lines] = await page.locator('#step-3 .command pre').allTextContents()
    equal(address, `${serverOf().url}/streams/${stream}/`)
    return lines
  }

  it('push with shaka-packager', async function () {
    if (!hasPackager()) return this.skip()
    const folder = join(mediaOf().directory, 'packager')
    await mkdir(folder)
    await symlink(packager, join(folder, 'packager'))
    await copyFile(mediaOf().source, join(folder, 'src.mp4'))
    const stream = await makeStream(serverOf(), '?interface=cmaf-ingest')
    const [line = ''] = await linesFor('shaka-packager', stream)
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
    const { code, stderr } = await run('sh', ['-c', line], { cwd: folder, env })
    equal(code, 0, stderr)
    const page = await browserOf().open(`/ui/streams/${stream}?q=manifest.mpd`)
    await page.locator('.list-row', { hasText: 'manifest.mpd' }).first().waitFor()
    equal(await page.locator('.verdict-row.error').count(), 0)
  })

  it('push with ffmpeg over stunnel', async function () {
    if ((await run('sh', ['-c', 'command -v stunnel'])).code !== 0) return this.skip()
    const stream = await makeStream(serverOf(), '?interface=hls')
    const lines = await linesFor('ffmpeg-hls', stream)
    ok(lines.every((line) => line.includes(stunnelPort)))
    const own = `127.0.0.1:${await freePort()}`
    const [tunnelLine = '', pushLine = ''] = lines.map((line) => line.replaceAll(stunnelPort, own))
    await using tunnel = inGroup(tunnelLine)
    for await (const line of createInterface({ input: tunnel.output }))
      if (line.includes('Configuration successful')) break
    await using _push = inGroup(`exec ${pushLine}`)
    const page = await browserOf().open(`/ui/streams/${stream}`)
    await page.locator('.list-row', { hasText: 'seg-00000.m4s' }).waitFor({ timeout: 60_000 })
    const { text } = await curl(serverOf(), `/streams/${stream}/uploads?limit=1`)
    ok(JSON.parse(text).uploads[0].sender.device, 'stunnel shows the certificate of the device')
  })
})

/** A shell line in a process group of its own, which ends with what it started. */
function inGroup(line: string): AsyncDisposable & { readonly output: Readable } {
  const child = spawn('sh', ['-c', `${line}\nwait`], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(child, 'close')
  return {
    output: child.stderr,
    async [Symbol.asyncDispose]() {
      child.stderr.resume()
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
      await closed
    },
  }
}
