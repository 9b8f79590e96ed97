import { getJson, sendJson, sentenceOf } from '../api/client.ts'
import { followStates, type Subscription } from '../api/live.ts'
import { mayBeDevice } from '../api/refusals.ts'
import type {
  About,
  CertificateSummary,
  HandshakeRefusal,
  InFlight,
  ServerState,
  StreamState,
  StreamSummary,
} from '../api/types.ts'
import { openNewPair, openSignCsr } from '../certificates/forms.ts'
import { clientsFor, originOf, type Target } from '../connect/commands.ts'
import { identityState } from '../connect/identity.ts'
import { commandLine, copyButton } from '../dom/copy.ts'
import { plural, shellWord } from '../dom/format.ts'
import { announce, showConnection, startPage } from '../dom/frame.ts'
import { type Child, fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { mark, untrusted } from '../dom/words.ts'

const page = new URL(location.href)
const main = startPage('Connect a camera')
const openedAt = Date.now()
let about: About | null = null
/** Null where this reader may not see them. */
let certificates: readonly CertificateSummary[] | null = null
let streams: readonly StreamSummary[] = []
let stream = Number(page.searchParams.get('stream')) || null
let host = page.searchParams.get('host') ?? location.hostname.replace(/^\[|\]$/g, '')
let client = page.searchParams.get('client') ?? 'ffmpeg'
let identity = page.searchParams.get('identity') ?? 'dev'
let following: Subscription | null = null
let state: StreamState | null = null
let refusal: HandshakeRefusal | null = null
const waitingWords = h('span', {})
/** Screen readers hear when it changes, not each count of uploads. */
let announced = ''
const look = h('a', { class: 'button primary' }, 'Look')
const waiting = h('div', { class: 'waiting' }, waitingWords, ' ', look)

loading(main)
void load()
followStates<ServerState>(
  '/events?as=state',
  ({ refused = [] }) => {
    refusal = refused.filter((one) => mayBeDevice(one) && Date.parse(one.at) > openedAt).at(-1) ?? refusal
    showWaiting()
  },
  showConnection,
)

async function load(): Promise<void> {
  try {
    const [told, list] = await Promise.all([
      getJson<About>('/about'),
      getJson<{ streams: readonly StreamSummary[] }>('/streams?summary=true&limit=1000'),
      readCertificates(),
    ])
    about = told
    streams = list.streams
    if (stream !== null && !streams.some(({ id }) => id === stream)) await readMissing(stream)
    stream ??= streams.at(-1)?.id ?? null
    draw()
  } catch (error) {
    showFailure(main, error, () => void load())
  }
}

/** Of very many streams the list has only the first. */
async function readMissing(id: number): Promise<void> {
  const found = await getJson<StreamSummary>(`/streams/${id}?summary=true`).catch(() => null)
  if (found) streams = [...streams, found]
  else stream = null
}

async function readCertificates(): Promise<void> {
  const response = await getJson<{ certificates: readonly CertificateSummary[] }>(
    '/certs?details=true',
  ).catch(() => null)
  certificates = response?.certificates.filter(({ hierarchy }) => hierarchy === 'device') ?? null
}

function keep(): void {
  for (const [name, value] of Object.entries({ stream, host, client, identity }))
    page.searchParams.set(name, String(value ?? ''))
  history.replaceState(null, '', page)
}

/** The port of the devices; where the server does not know it, that of this page. */
const port = (): number => about?.port ?? Number(location.port || 443)

/** Whether the reader is on the machine of the server. */
const isHere = (): boolean => ['localhost', '127.0.0.1', '::1'].includes(host)

/** On the machine of the server the files of the working directory serve; elsewhere those that were downloaded. */
function files(): Pick<Target, 'root' | 'certificate' | 'key'> {
  const directory = isHere() ? about?.working_directory : null
  const folder = directory ? `${directory}/certs` : null
  const device = folder ? `${folder}/device/${identity}` : identity
  return {
    root: folder ? `${folder}/server/root.pem` : 'root.pem',
    certificate: `${device}.pem`,
    key: `${device}.key`,
  }
}

function target(): Target | null {
  const found = streams.find(({ id }) => id === stream)
  return found ? { host, port: port(), stream: found.id, interface: found.interface, ...files() } : null
}

function draw(): void {
  if (!about) return
  const hosts = [...new Set([host, ...about.names.map((name) => name.replace(/^(DNS|IP Address|IP):/i, ''))])]
  const hostSelect = select(
    'Host, as the camera reaches it',
    hosts.map((name) => [name, name]),
    host,
    (value) => {
      host = value
      redraw()
    },
  )
  fill(
    main,
    h('div', { class: 'page-head' }, h('h1', {}, 'Connect a camera')),
    h(
      'div',
      { class: 'steps' },
      h('div', { class: 'form-row' }, hostSelect),
      trustStep(),
      identityStep(),
      pushStep(),
      waiting,
    ),
  )
  follow()
  showWaiting()
}

/** What had the focus has it again: keys go on where they were. */
function redraw(): void {
  const focused = document.activeElement?.id
  keep()
  draw()
  if (focused) document.getElementById(focused)?.focus()
}

function step(number: number, title: string, ...children: Parameters<typeof h>[2][]): HTMLElement {
  return h(
    'section',
    { class: 'step', id: `step-${number}` },
    h('h2', {}, h('span', { class: 'step-number', 'aria-hidden': 'true' }, number), title),
    children,
  )
}

function select(
  label: string,
  options: readonly (readonly [string, string])[],
  chosen: string,
  onChange: (value: string) => void,
): HTMLElement {
  const element = h(
    'select',
    { id: `choose-${label.split(/\W/)[0]}` },
    options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)),
  )
  element.addEventListener('change', () => onChange(element.value))
  return h('label', {}, label, element)
}

function trustStep(): HTMLElement {
  const fingerprint = (about?.root.fingerprint_sha256.replaceAll(':', '').match(/../g) ?? [])
    .join(':')
    .toUpperCase()
  return step(
    1,
    'Trust: the camera trusts this server',
    isHere() && h('p', {}, 'On this machine the root is already there: ', h('code', {}, files().root)),
    !isHere() &&
      commandLine(
        `curl -o root.pem --insecure ${shellWord(`${originOf({ host, port: port() })}/certs/server/root.pem?format=pem`)}`,
      ),
    !isHere() && commandLine('openssl x509 -noout -fingerprint -sha256 -in root.pem'),
    h(
      'p',
      { class: 'muted' },
      'Its SHA-256 must be ',
      h('span', { class: 'mono' }, fingerprint),
      ' ',
      copyButton(() => fingerprint),
    ),
    h(
      'p',
      { class: 'form-row' },
      h(
        'a',
        { class: 'button small', href: '/certs/server/root.pem?format=pem', download: 'root.pem' },
        'root.pem',
      ),
      h(
        'a',
        { class: 'button small', href: '/certs/server/root.pem?format=der', download: 'root.der' },
        'root.der',
      ),
    ),
  )
}

function identityStep(): HTMLElement {
  const done = (name: string) => {
    identity = name
    void readCertificates().then(redraw)
  }
  const name = h('input', {
    type: 'text',
    value: identity,
    spellcheck: false,
    id: 'identity',
    'aria-label': 'Name of the certificate',
    on: { change: () => done(name.value) },
  })
  return step(
    2,
    'Identity: the server knows the camera',
    h(
      'div',
      { class: 'form-row' },
      h('label', {}, 'Name of its certificate', name),
      h('button', { type: 'button', on: { click: () => openNewPair(done) } }, 'New pair…'),
      h('button', { type: 'button', on: { click: () => openSignCsr(done) } }, 'Sign a CSR…'),
    ),
    certificates && identityState(identity, certificates, { isHere: isHere(), onMade: () => done(identity) }),
    // Where it is there, this line would make another one in its place.
    certificates?.some((one) => one.name === identity) !== true && [
      h('p', { class: 'muted' }, 'Or make the pair from a shell:'),
      commandLine(
        `curl --cacert ${shellWord(files().root)} -X POST ${shellWord(`${originOf({ host, port: port() })}/certs/${identity}/keypair`)}`,
      ),
    ],
  )
}

function pushStep(): HTMLElement {
  const now = target()
  const newStream = h(
    'button',
    { type: 'button', class: streams.length > 0 ? '' : 'primary', on: { click: () => void create() } },
    '+ New stream',
  )
  const kinds = h(
    'select',
    { 'aria-label': 'Interface of a new stream', id: 'new-interface' },
    ['cmaf-ingest', 'dash', 'hls'].map((kind) => h('option', { value: kind }, kind)),
  )
  const chooser = h(
    'div',
    { class: 'form-row' },
    streams.length > 0 &&
      select(
        'Stream',
        streams.map(({ id, interface: kind }) => [String(id), `${id} · ${kind}`]),
        String(stream),
        choose,
      ),
    h('label', {}, streams.length > 0 ? 'or a new one' : 'Interface', kinds),
    newStream,
  )
  if (!now) return step(3, 'Push', chooser, h('p', {}, 'There is no stream yet: make one.'))
  const url = `${originOf(now)}/streams/${now.stream}/`
  const clients = clientsFor(now)
  const shown = clients.find(({ id }) => id === client) ?? clients[0]
  return step(
    3,
    'Push to this address',
    chooser,
    commandLine(url, 'address'),
    h(
      'div',
      { class: 'chips', role: 'group', 'aria-label': 'Client' },
      clients.map(({ id, label }) =>
        h(
          'button',
          {
            type: 'button',
            class: 'chip',
            id: `client-${id}`,
            'aria-pressed': String(id === shown?.id),
            on: { click: () => chooseClient(id) },
          },
          label,
        ),
      ),
    ),
    shown && [
      h('p', { class: 'muted' }, shown.note),
      shown.blocks.map((block) => commandLine(block, shown.label)),
    ],
  )

  async function create(): Promise<void> {
    try {
      const { id } = await sendJson<{ id: number }>('POST', `/streams?interface=${kinds.value}`)
      stream = id
      keep()
      await load()
    } catch (error) {
      newStream.textContent = sentenceOf(error)
    }
  }
}

function choose(id: string): void {
  stream = Number(id)
  redraw()
}

function chooseClient(id: string): void {
  client = id
  redraw()
}

function follow(): void {
  if (stream === null || state?.stream === stream) return
  following?.close()
  state = null
  const followed = stream
  following = followStates<StreamState>(
    `/streams/${followed}/events?as=state`,
    (now) => {
      state = now
      showWaiting()
    },
    () => {},
  )
}

/** The link stays the same element while the words beside it change, so that it can be clicked. */
function showWaiting(): void {
  waiting.hidden = stream === null
  if (stream === null) return
  const [flight] = state?.in_flight ?? []
  const isThere = state !== null && state.total > 0
  const refused = isThere || flight ? null : refusal
  waiting.className = `waiting ${isThere ? 'good' : refused ? 'bad' : ''}`
  look.setAttribute('href', `/ui/streams/${stream}`)
  look.hidden = !isThere && !flight
  fill(waitingWords, wordsOf(stream, refused, flight))
  const news = isThere
    ? 'Uploads have come'
    : flight
      ? 'An upload is arriving'
      : refused
        ? 'A device was refused'
        : ''
  if (news && news !== announced) announce(news)
  announced = news
}

function wordsOf(id: number, refused: HandshakeRefusal | null, flight: InFlight | undefined): Child {
  if (state && state.total > 0)
    return [
      h('strong', {}, '● '),
      `Stream ${id} has ${plural(state.total, 'upload')}`,
      state.errors > 0 && [', ', mark('error', state.errors)],
    ]
  if (flight)
    return [
      '◌ ',
      untrusted(flight.path),
      ' is arriving from ',
      untrusted(flight.address),
      ` (${plural(flight.bytes, 'byte')})`,
    ]
  if (!refused) return `◌ waiting for the first byte to stream ${id} …`
  const isTrust = /trust this server|unknown_ca/.test(refused.reason)
  return [
    mark('error'),
    ' ',
    untrusted(refused.address),
    ' was refused: ',
    untrusted(refused.reason),
    h(
      'p',
      {},
      h('strong', {}, 'What to do: '),
      refused.advice,
      ' ',
      h('a', { href: isTrust ? '#step-1' : '#step-2' }, 'go there'),
    ),
  ]
}
