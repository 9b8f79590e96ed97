import { ok } from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { type Identity, makeDevice, makeStream } from '../clients/curl.ts'
import { mediaOfSuite } from '../support/media/media.ts'
import { serverOfSuite } from '../support/suite/server-of-suite.ts'
import { pageHolds } from './support/browser.ts'
import { browserOfSuite } from './support/browser-of-suite.ts'
import { type LivePush, livePushes } from './support/live-pushes.ts'

type Manifest = 'ours' | LivePush['manifests'][number]

/** What came of playing one manifest. */
interface Played {
  readonly client: string
  readonly when: 'live' | 'after'
  readonly manifest: Manifest
  readonly frames: number
  /** Of the player's statistics or its sentence; empty for none. */
  readonly latency: string
  readonly stalls: string
  readonly problem: string
}

const labels = {
  ours: 'with our manifest',
  mpd: /^(MPD )?as sent/,
  playlist: /^(playlist )?as sent/,
} as const
const enoughFrames = 40
/** The whole table takes five minutes: PLAYBACK=all npx mocha e2e/ui/playback.soak.test.ts */
const usual = ['ffmpeg DASH', 'Matter camera HLS']
const clients = livePushes().filter(({ name }) => process.env.PLAYBACK === 'all' || usual.includes(name))
const waitMs = 30_000

/** What cannot play, with the reason. */
const unplayable: readonly Pick<Played, 'client' | 'when' | 'manifest'>[] = [
  // The dynamic MPD of this camera has no availabilityStartTime: players count segments from 1970.
  { client: 'Matter camera DASH', when: 'live', manifest: 'mpd' },
  // A playlist of Matter's Interface-2 names its segments only when the session has ended.
  { client: 'Matter camera HLS', when: 'live', manifest: 'playlist' },
]

describe('playback of what real clients send', function () {
  this.timeout(300_000)
  const serverOf = serverOfSuite()
  const browserOf = browserOfSuite(serverOf)
  const mediaOf = mediaOfSuite()
  const table: Played[] = []
  let device: Identity
  before(async () => {
    device = await makeDevice(serverOf(), 'dev')
  })
  after(() => console.log(textOf(table)))

  for (const client of clients)
    it(`plays ${client.name}, live and after`, async () => {
      const stream = await makeStream(serverOf(), `?interface=${client.interface}`)
      const { source, directory } = mediaOf()
      const pushed = client.push({ server: serverOf(), device, stream, source, directory })
      const page = await browserOf().open(`/ui/streams/${stream}`)
      const [results] = await Promise.all([playAll(client, page, 'live'), pushed])
      await page.reload()
      results.push(...(await playAll(client, page, 'after')))
      table.push(...results)
      const failed = results.filter(
        (played) =>
          played.frames === 0 &&
          !unplayable.some((cell) =>
            Object.entries(cell).every(([name, value]) => value === played[name as keyof Played]),
          ),
      )
      ok(failed.length === 0, textOf(failed))
    })

  async function playAll(client: LivePush, page: Page, when: Played['when']): Promise<Played[]> {
    // Both inits and two segments of each track, whatever stands beside them.
    await pageHolds(page, `Number(document.querySelector('.log-count').textContent.replace(/\\D/g, '')) >= 7`)
    const results: Played[] = []
    for (const manifest of ['ours', ...client.manifests] as const) {
      await page.getByRole('button', { name: '▶ Play' }).click()
      await page.locator('.player-bar').getByRole('button', { name: labels[manifest] }).click()
      results.push({ client: client.name, when, manifest, ...(await outcome(page)) })
      await page.getByRole('button', { name: 'Close the player' }).click()
    }
    return results
  }

  /** Waits for frames or for what the player says is wrong. */
  async function outcome(page: Page): Promise<Pick<Played, 'frames' | 'latency' | 'stalls' | 'problem'>> {
    const told = await page.evaluate(`new Promise((resolve) => {
      const begun = performance.now()
      const look = () => {
        const frames = document.querySelector('.player video').getVideoPlaybackQuality().totalVideoFrames
        const problem = document.querySelector('.player [role=alert]').textContent
        const statistics = document.querySelector('.player-statistics').textContent
        const isOver = performance.now() - begun > ${waitMs}
        if (isOver || problem || (frames >= ${enoughFrames} && statistics)) resolve({ frames, problem, statistics })
        else setTimeout(look, 200)
      }
      look()
    })`)
    const { frames, problem, statistics } = told as { frames: number; problem: string; statistics: string }
    const [, latency = ''] = /latency ([\d.]+ s)/.exec(statistics) ?? []
    const [, stalls = ''] = /(\d+) stalls?/.exec(statistics) ?? []
    return { frames, latency, stalls, problem }
  }
})

function textOf(table: readonly Played[]): string {
  const rows = table.map(({ client, when, manifest, frames, latency, stalls, problem }) =>
    [
      client.padEnd(22),
      when.padEnd(5),
      manifest.padEnd(8),
      String(frames).padStart(6),
      latency.padStart(7),
      stalls.padStart(6),
      ` ${problem}`,
    ].join(' '),
  )
  return ['client                 when  manifest frames latency stalls', ...rows].join('\n')
}
