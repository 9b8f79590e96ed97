import { getJson } from '../api/client.ts'
import type { About, CertificateSummary, StreamSummary } from '../api/types.ts'
import { startArrivalWatch } from '../connect/arrival-watch.ts'
import { identityStep } from '../connect/identity-step.ts'
import { pushStep } from '../connect/push-step.ts'
import { readSetup, type ServerFacts, writeSetup } from '../connect/setup.ts'
import { select } from '../connect/step.ts'
import { trustStep } from '../connect/trust-step.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'

const main = startPage('Connect a camera')
const setup = readSetup(new URL(location.href))
let facts: ServerFacts | null = null

loading(main)
void load()
const arrival = startArrivalWatch(setup.stream)

async function load(): Promise<void> {
  try {
    facts = await readFacts()
    draw(facts)
  } catch (error) {
    showFailure(main, error, () => void load())
  }
}

/** Reads the facts, and chooses the newest stream if the chosen one does not exist. */
async function readFacts(): Promise<ServerFacts> {
  const [about, list, certificates] = await Promise.all([
    getJson<About>('/about'),
    getJson<{ streams: readonly StreamSummary[] }>('/streams?summary=true&limit=1000'),
    readCertificates(),
  ])
  const streams = [...list.streams]
  if (setup.stream !== null && !streams.some(({ id }) => id === setup.stream)) {
    const chosen = await readStream(setup.stream)
    if (chosen) streams.push(chosen)
    else setup.stream = null
  }
  setup.stream ??= streams.at(-1)?.id ?? null
  return { about, streams, certificates }
}

/** Reads one stream, which the list may lack because it has only the first 1000. Null when it does not exist. */
const readStream = (id: number): Promise<StreamSummary | null> =>
  getJson<StreamSummary>(`/streams/${id}?summary=true`).catch(() => null)

/** Reads the certificates of devices; null when this reader may not see them. */
async function readCertificates(): Promise<ServerFacts['certificates']> {
  const response = await getJson<{ certificates: readonly CertificateSummary[] }>(
    '/certs?details=true',
  ).catch(() => null)
  return response?.certificates.filter(({ hierarchy }) => hierarchy === 'device') ?? null
}

function draw(now: ServerFacts): void {
  fill(
    main,
    h('div', { class: 'page-head' }, h('h1', {}, 'Connect a camera')),
    h(
      'div',
      { class: 'steps' },
      h('div', { class: 'form-row' }, hostSelect(now.about)),
      trustStep(setup, now.about),
      identityStep(setup, now, (name) => void nameIdentity(name)),
      pushStep(setup, now, {
        onStream: (stream) => change({ stream }),
        onCreated,
        onClient: (client) => change({ client }),
      }),
      arrival.element,
    ),
  )
  arrival.setStream(setup.stream)
}

function hostSelect({ names }: About): HTMLElement {
  const hosts = [...new Set([setup.host, ...names.map((name) => name.replace(/^(DNS|IP Address|IP):/i, ''))])]
  return select(
    'Host, as the camera reaches it',
    hosts.map((name) => [name, name]),
    setup.host,
    (host) => change({ host }),
  )
}

/** Applies a choice, draws the page again, and restores the focus. */
function change(choice: Partial<typeof setup>): void {
  Object.assign(setup, choice)
  const focused = document.activeElement?.id
  writeSetup(setup)
  if (facts) draw(facts)
  if (focused) document.getElementById(focused)?.focus()
}

async function nameIdentity(identity: string): Promise<void> {
  setup.identity = identity
  const certificates = await readCertificates()
  if (facts) facts = { ...facts, certificates }
  change({})
}

async function onCreated(stream: number): Promise<void> {
  setup.stream = stream
  writeSetup(setup)
  await load()
}
