import { getJson } from '../api/client.ts'
import { followStates } from '../api/live.ts'
import type { Device, HandshakeRefusal, ServerState } from '../api/types.ts'
import { ago, dayAndClock, plural, span } from '../dom/format.ts'
import { showConnection, startPage } from '../dom/frame.ts'
import { type Child, fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { redraw } from '../dom/redraw.ts'
import { empty, mark, untrusted } from '../dom/words.ts'

const chosen = location.pathname.split('/')[3] ?? null
const main = startPage('Devices')
const devices = h('section', { 'aria-label': 'Devices' })
const refused = h('section', { 'aria-label': 'Refused handshakes' })
const refusals = new Map<string, HandshakeRefusal>()

fill(
  main,
  h('div', { class: 'page-head' }, h('h1', {}, 'Devices')),
  h(
    'div',
    { class: 'columns' },
    h('div', {}, h('h2', {}, 'With a certificate'), devices),
    h('div', {}, h('h2', {}, 'Refused handshakes'), refused),
  ),
)
loading(devices)
loading(refused)
void showDevices()
void showRefusals()
followStates<ServerState>(
  '/events?as=state',
  (state) => {
    if (state.refused?.length) addRefusals(state.refused)
    if (state.streams?.length) refreshSoon()
  },
  showConnection,
)

let timer: ReturnType<typeof setTimeout> | undefined
function refreshSoon(): void {
  if (timer !== undefined) return
  timer = setTimeout(() => {
    timer = undefined
    void showDevices()
  }, 3_000)
}

async function showDevices(): Promise<void> {
  try {
    const { devices: list, total } = await readDevices()
    redraw(devices, () => drawDevices(list, total))
  } catch (error) {
    showFailure(devices, error, () => void showDevices())
  }
}

function drawDevices(list: readonly Device[], total: number): void {
  fill(
    devices,
    list.length === 0
      ? empty(
          'No device has shown a certificate yet.',
          h('a', { class: 'button primary', href: '/ui/connect' }, 'Connect a camera'),
        )
      : list.map(deviceItem),
    total > list.length &&
      h('p', { class: 'muted' }, `The ${list.length} seen last of ${total}; GET /devices lists all.`),
    chosen !== null && h('p', {}, h('a', { href: '/ui/devices' }, 'All devices')),
  )
}

async function readDevices(): Promise<{ readonly devices: readonly Device[]; readonly total: number }> {
  if (chosen === null) return getJson('/devices?limit=200')
  return { devices: [await getJson<Device>(`/devices/${encodeURIComponent(chosen)}`)], total: 1 }
}

function deviceItem(device: Device): HTMLElement {
  const now = Date.now()
  const left = Date.parse(device.not_after) - now
  const isRecent = now - Date.parse(device.last_seen) < 60_000
  const ends = device.revoked
    ? 'revoked'
    : left < 0
      ? `expired ${span(left)} ago`
      : `expires in ${span(left)}`
  return h(
    'article',
    { class: 'item' },
    h(
      'div',
      { class: 'item-head' },
      h('span', { class: isRecent ? 'is-live' : 'muted', 'aria-hidden': 'true' }, isRecent ? '●' : '○'),
      h(
        'strong',
        {},
        h('a', { href: `/ui/devices/${device.fingerprint}` }, untrusted(device.name ?? device.subject)),
      ),
      h('span', { class: device.revoked || left < 0 ? 'error-text' : 'muted' }, ends),
    ),
    device.name !== null && h('div', { class: 'muted' }, untrusted(device.subject)),
    h(
      'div',
      { class: 'muted' },
      device.addresses.slice(0, 4).map((address, i) => [i > 0 ? ', ' : '', untrusted(address)]),
      ` · HTTP/${device.http} · ${device.tls}`,
      device.user_agent && [' · ', untrusted(device.user_agent)],
    ),
    h(
      'div',
      {},
      device.streams.length > 0 && ['streams ', streamsOf(device), ' · '],
      plural(device.uploads, 'upload'),
      ' ',
      device.errors > 0 && mark('error', device.errors),
    ),
    h(
      'div',
      { class: 'muted' },
      `last seen ${ago(Date.parse(device.last_seen), now)}`,
      chosen === null && [
        ' · certificate ',
        h('span', { class: 'mono' }, `${device.fingerprint.slice(0, 8)}…`),
      ],
      chosen !== null && h('div', { class: 'mono' }, device.fingerprint),
    ),
  )
}

function streamsOf({ streams, stream_count: count }: Device): Child {
  return [
    streams.slice(0, 12).map((id, i) => [i > 0 ? ', ' : '', h('a', { href: `/ui/streams/${id}` }, id)]),
    count > 12 && ` and ${count - 12} more`,
  ]
}

async function showRefusals(): Promise<void> {
  try {
    const list = await getJson<{ refusals: readonly HandshakeRefusal[] }>('/refusals?limit=200')
    addRefusals(list.refusals)
  } catch (error) {
    showFailure(refused, error, () => void showRefusals())
  }
}

function addRefusals(list: readonly HandshakeRefusal[]): void {
  for (const one of list)
    refusals.set(`${one.address} ${one.code} ${one.certificate?.subject} ${one.at.slice(0, 16)}`, one)
  const sorted = [...refusals.values()].sort((a, b) => b.at.localeCompare(a.at)).slice(0, 200)
  redraw(refused, () =>
    fill(refused, sorted.length === 0 ? empty('No handshake was refused.') : sorted.map(refusalItem)),
  )
}

function certificateLine(certificate: NonNullable<HandshakeRefusal['certificate']>): HTMLElement {
  return h(
    'div',
    { class: 'muted' },
    'showed ',
    untrusted(certificate.subject),
    ', issued by ',
    untrusted(certificate.issuer),
    `, valid ${dayOf(certificate.not_before)} to ${dayOf(certificate.not_after)}`,
  )
}

/** The day of a time of a certificate, which the proxy reports as OpenSSL prints it. */
const dayOf = (time: string): string => {
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? time : new Date(ms).toISOString().slice(0, 10)
}

function refusalItem({
  at,
  address,
  reason,
  advice,
  certificate,
  count,
  code,
}: HandshakeRefusal): HTMLElement {
  // The device needs another certificate, or the browser needs the root: the page about certificates has both.
  const isOfCertificate = /^(certificate-|BROWSER_)/.test(code)
  return h(
    'article',
    { class: 'item' },
    h(
      'div',
      { class: 'item-head' },
      h('time', { datetime: at, class: 'mono' }, dayAndClock(Date.parse(at))),
      count > 1 && h('strong', {}, `×${count}`),
      h('strong', {}, untrusted(address)),
      h('span', { class: 'error-text' }, untrusted(reason)),
      h('span', { class: 'muted code' }, code),
    ),
    certificate && certificateLine(certificate),
    h(
      'div',
      {},
      h('strong', {}, 'What to do: '),
      advice,
      ' ',
      h(
        'a',
        { href: isOfCertificate ? '/ui/certificates' : '/ui/connect' },
        isOfCertificate ? '→ Certificates' : '→ Connect a camera',
      ),
    ),
  )
}
