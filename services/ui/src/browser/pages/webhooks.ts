import { getJson, sendJson, sentenceOf } from '../api/client.ts'
import type { Webhook, WebhookDeliveries } from '../api/types.ts'
import { confirmTyped } from '../dom/dialog.ts'
import { ago, clockSeconds, span } from '../dom/format.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { ownAccess } from '../dom/show-access.ts'
import { headCell, numberColumn } from '../dom/table.ts'
import { empty, untrusted } from '../dom/words.ts'
import { openNewWebhook } from '../webhooks/form.ts'

const main = startPage('Webhooks')
const list = h('section', { 'aria-label': 'Webhooks' })
const actions = h(
  'div',
  { class: 'page-actions' },
  h('a', { class: 'button', href: '/ui/service' }, 'Service'),
)
/** The elements for the deliveries of each shown webhook, by its id. */
const shown = new Map<string, HTMLElement>()

fill(
  main,
  h('div', { class: 'page-head' }, h('h1', {}, 'Webhooks'), actions),
  h(
    'p',
    { class: 'muted' },
    'This server POSTs an event to a URL, signed, when a session ends, when expectations are met or failed, and when a device is refused.',
  ),
  list,
)
loading(list)
void ownAccess().then(({ role }) => {
  if (role === 'admin')
    actions.prepend(
      h(
        'button',
        { type: 'button', class: 'primary', on: { click: () => openNewWebhook(() => void showAll()) } },
        'New webhook',
      ),
    )
})
void showAll()
setInterval(() => {
  if (!document.hidden) for (const id of shown.keys()) void showDeliveries(id)
}, 2_000)

async function showAll(): Promise<void> {
  try {
    const { webhooks } = await getJson<{ readonly webhooks: readonly Webhook[] }>('/webhooks')
    shown.clear()
    fill(list, webhooks.length === 0 ? empty('There is no webhook yet.') : webhooks.map(webhookItem))
    for (const { id } of webhooks) void showDeliveries(id)
  } catch (error) {
    showFailure(list, error, () => void showAll())
  }
}

function webhookItem({ id, url, events, stream, created_at: createdAt }: Webhook): HTMLElement {
  const place = h('div', { class: 'table-scroll' })
  const problem = h('p', { class: 'error-text', role: 'alert' })
  shown.set(id, place)
  return h(
    'article',
    { class: 'item', 'aria-label': url },
    h('div', { class: 'item-head' }, h('strong', { class: 'mono' }, untrusted(url))),
    h(
      'div',
      { class: 'muted' },
      events.join(', '),
      stream === null ? ' · all streams' : [' · stream ', h('a', { href: `/ui/streams/${stream}` }, stream)],
      ` · made ${ago(Date.parse(createdAt), Date.now())}`,
    ),
    h(
      'p',
      { class: 'form-row' },
      h('button', { type: 'button', on: { click: () => void sendTest(id, problem) } }, 'Send a test event'),
      h('button', { type: 'button', class: 'danger', on: { click: () => remove(id, url) } }, 'Remove'),
    ),
    problem,
    place,
  )
}

async function sendTest(id: string, problem: HTMLElement): Promise<void> {
  try {
    problem.textContent = ''
    await sendJson('POST', `/webhooks/${encodeURIComponent(id)}/test`)
    await showDeliveries(id)
  } catch (error) {
    problem.textContent = sentenceOf(error)
  }
}

function remove(id: string, url: string): void {
  const host = new URL(url).host
  confirmTyped(
    'Remove webhook',
    'It gets no more events, also none that wait to be tried again.',
    host,
    'Remove',
    async () => {
      await sendJson('DELETE', `/webhooks/${encodeURIComponent(id)}`)
      await showAll()
    },
  )
}

async function showDeliveries(id: string): Promise<void> {
  const place = shown.get(id)
  if (!place) return
  try {
    const path = `/webhooks/${encodeURIComponent(id)}/deliveries?limit=20`
    fill(place, deliveriesView(await getJson<WebhookDeliveries>(path)))
  } catch (error) {
    showFailure(place, error)
  }
}

function deliveriesView({ deliveries, waiting }: WebhookDeliveries): HTMLElement {
  if (deliveries.length === 0) return h('p', { class: 'muted' }, 'Nothing was sent yet.')
  return h(
    'table',
    { class: 'table stacked' },
    h('caption', { class: 'visually-hidden' }, `Newest deliveries; ${waiting} wait`),
    h(
      'thead',
      {},
      h('tr', {}, ['time', 'event', 'state', numberColumn('attempts'), 'outcome'].map(headCell)),
    ),
    h('tbody', {}, deliveries.map(deliveryRow)),
  )
}

const tones: Readonly<Record<string, string>> = { delivered: 'ok-text', failed: 'error-text' }

function deliveryRow(delivery: WebhookDeliveries['deliveries'][number]): HTMLElement {
  const { at, event, stream, state, attempts, detail, duration_ms: durationMs } = delivery
  const next = delivery.next_attempt_at
  return h(
    'tr',
    {},
    h('td', { class: 'mono' }, clockSeconds(Date.parse(at))),
    h('td', {}, event, stream === null ? '' : ` · stream ${stream}`),
    h('td', { class: tones[state] }, state),
    h('td', { class: 'number' }, attempts),
    h(
      'td',
      {},
      detail === null ? '' : untrusted(detail),
      durationMs === null ? '' : ` (${span(durationMs)})`,
      next === null ? '' : `; next ${clockSeconds(Date.parse(next))}`,
    ),
  )
}
