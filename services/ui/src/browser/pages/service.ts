import { getJson } from '../api/client.ts'
import type { About, Probes, Readiness } from '../api/types.ts'
import { colonHex } from '../dom/fingerprint.ts'
import { ago, clockSeconds, dayAndClock, span } from '../dom/format.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { showFailure } from '../dom/load.ts'
import { untrusted } from '../dom/words.ts'

const main = startPage('Service')
const health = h('div', { class: 'tile-row' })
const askedAt = h('span', { class: 'muted' })
const reasons = h('ul', { class: 'notice', hidden: true })
const queue = h('section', {})
const software = h('section', {})
fill(
  main,
  h(
    'div',
    { class: 'page-head' },
    h('h1', {}, 'Service'),
    askedAt,
    h(
      'div',
      { class: 'page-actions' },
      h('a', { class: 'button', href: '/ui/webhooks' }, 'Webhooks'),
      h('a', { class: 'button', href: '/docs' }, 'API'),
      h('a', { class: 'button', href: '/openapi.json' }, 'OpenAPI'),
    ),
  ),
  health,
  reasons,
  queue,
  software,
)
void refresh().then(showAbout)
setInterval(() => {
  if (!document.hidden) void refresh()
}, 2_000)

const tile = (name: string, value: string, tone = '') =>
  h('div', { class: 'tile' }, h('span', { class: 'muted' }, name), h('strong', { class: tone }, value))
const tone = (word: string) => (word === 'ok' ? 'ok-text' : 'error-text')

/** Whether the object store responds, and how many streams it lacks data of if it is more than 10 s behind. */
const storeWords = ({ state, streams_behind: streams, oldest_behind_ms: ms }: StoreState): string =>
  ms > 10_000 ? `${state}, ${streams} ${streams === 1 ? 'stream' : 'streams'} behind` : state
type StoreState = NonNullable<Readiness['store']>

/** When a probe waits longer, the server reports itself as degraded. */
const maxProbeWaitMs = 30_000

/** Shows why the service is degraded, and what still works. */
function showReasons({ status, redis, disk, store, probes }: Readiness): void {
  const found = [
    redis !== 'ok' && 'Redis does not respond: uploads are kept, verdicts come later.',
    disk !== 'ok' && 'The disk cannot be written: uploads are refused.',
    store?.state === 'away' && 'The object store does not respond: bodies wait on this machine.',
    probes === null && 'The queue of probes cannot be read.',
    probes !== null &&
      probes.oldest_waiting_ms > maxProbeWaitMs &&
      `Probes wait for ${span(probes.oldest_waiting_ms)}: uploads are kept and judged, ffprobe is behind.`,
    probes?.workers.some(({ is_sandboxed: isSandboxed }) => !isSandboxed) &&
      'A worker runs ffprobe without a sandbox.',
  ]
  const sentences = status === 'ok' ? [] : found.filter((sentence) => typeof sentence === 'string')
  reasons.hidden = sentences.length === 0
  fill(
    reasons,
    sentences.map((sentence) => h('li', {}, sentence)),
  )
}

async function refresh(): Promise<void> {
  try {
    const response = await fetch('/readyz')
    const ready = (await response.json()) as Readiness
    const probes = await getJson<Probes>('/probes').catch(() => null)
    fill(
      health,
      tile('Service', ready.status, tone(ready.status)),
      tile('Redis', ready.redis, tone(ready.redis)),
      tile('Disk', ready.disk, tone(ready.disk)),
      ready.store && tile('Object store', storeWords(ready.store), tone(ready.store.state)),
      probes && [
        tile('Probes waiting', String(probes.waiting)),
        tile('Probes running', String(probes.running)),
        tile('Oldest waits', probes.waiting > 0 ? span(probes.oldest_waiting_ms) : '–'),
        tile(
          'Probe workers',
          String(probes.workers.length),
          probes.workers.length === 0 ? 'mark warning' : '',
        ),
      ],
    )
    showReasons(ready)
    askedAt.textContent = `as of ${clockSeconds(Date.now())}`
    if (probes) showProbes(probes)
  } catch (error) {
    showFailure(health, error, () => void refresh())
  }
}

function showProbes({ workers, failed }: Probes): void {
  fill(
    queue,
    h('h2', {}, 'Probe workers'),
    workers.length === 0
      ? h(
          'p',
          { class: 'muted' },
          'No worker has been seen. Where probes wait for long, start the probe service: until then uploads are kept and judged, and ffprobe says nothing about them.',
        )
      : h('ul', {}, workers.map(workerItem)),
    h('h2', {}, 'Failed jobs'),
    failed.length === 0 ? h('p', { class: 'muted' }, 'None.') : failedJobs(failed),
  )
}

function workerItem(worker: Probes['workers'][number]): HTMLElement {
  const { name, seen_at: seenAt, concurrency, confinement, is_sandboxed: isSandboxed } = worker
  return h(
    'li',
    {},
    isSandboxed ? '✓ ' : '▲ ',
    h('strong', {}, untrusted(name)),
    ` seen ${ago(Date.parse(seenAt), Date.now())}, runs up to ${concurrency} ffprobe with `,
    untrusted(confinement),
  )
}

function failedJobs(failed: Probes['failed']): HTMLElement {
  const heads = ['time', 'upload', 'message'].map((name) => h('th', { scope: 'col' }, name))
  return h(
    'table',
    { class: 'table stacked' },
    h('thead', {}, h('tr', {}, heads)),
    h('tbody', {}, failed.map(failedJob)),
  )
}

function failedJob({ stream, upload, path, at, message }: Probes['failed'][number]): HTMLElement {
  const link =
    stream !== null && upload
      ? h('a', { href: `/ui/streams/${stream}?upload=${upload}&tab=probe` }, untrusted(path ?? upload))
      : ''
  return h(
    'tr',
    {},
    h('td', { class: 'mono' }, at ? dayAndClock(Date.parse(at)) : ''),
    h('td', { class: 'mono' }, link),
    h('td', {}, untrusted(message)),
  )
}

async function showAbout(): Promise<void> {
  try {
    const about = await getJson<About>('/about')
    const facts: readonly (readonly [string, string])[] = [
      ['Version', about.version],
      [
        'Running since',
        `${dayAndClock(Date.parse(about.started_at))} (${ago(Date.parse(about.started_at), Date.now())})`,
      ],
      ...(about.working_directory === null ? [] : [['Working directory', about.working_directory] as const]),
      [
        'Ports',
        `${about.port ?? location.port} for devices${about.ui_port ? `, ${about.ui_port} for pages, without client certificates` : ''}`,
      ],
      ['Names in the certificate', about.names.join(', ')],
      ['Root SHA-256', colonHex(about.root.fingerprint_sha256)],
    ]
    fill(
      software,
      h('h2', {}, 'Software'),
      h(
        'table',
        { class: 'facts' },
        h(
          'tbody',
          {},
          facts.map(([name, value]) =>
            h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'mono' }, value)),
          ),
        ),
      ),
    )
  } catch (error) {
    showFailure(software, error, () => void showAbout())
  }
}
