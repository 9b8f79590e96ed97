import { getJson, sendJson } from '../api/client.ts'
import type { StreamAccess, Tokens } from '../api/types.ts'
import { openNewToken } from '../certificates/token-form.ts'
import { ago, span } from '../dom/format.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { ownAccess } from '../dom/show-access.ts'
import { scrollingTable } from '../dom/table.ts'
import { untrusted } from '../dom/words.ts'

type Token = Tokens['tokens'][number]

const main = startPage('Access')
const tokens = h('div', {})
const sharing = h('div', {})
loading(main)
void show()

async function show(): Promise<void> {
  try {
    const { auth } = await ownAccess()
    fill(main, h('h1', {}, 'Access'), auth === 'open' ? open : [tokensSection(), streamSection()])
    if (auth === 'mtls') await showTokens()
  } catch (error) {
    showFailure(main, error, () => void show())
  }
}

const open = h(
  'p',
  {},
  'Every client that reaches this server may do everything: there are no tokens, sign-ins and owners. Start it with ',
  h('code', {}, '--auth mtls'),
  ' (in containers ',
  h('code', {}, 'AUTH=mtls'),
  ') to ask devices for a certificate and people to sign in.',
)

function tokensSection(): readonly HTMLElement[] {
  return [
    h(
      'div',
      { class: 'page-head' },
      h('h2', {}, 'Tokens'),
      h(
        'div',
        { class: 'page-actions' },
        newButton('+ For a device', 'enrolment'),
        newButton('+ For a person', 'sign-in'),
      ),
    ),
    h(
      'p',
      { class: 'muted' },
      'A device gets its first certificate with an enrolment token and renews it without; a person signs in with a sign-in token.',
    ),
    tokens,
  ]
}

const newButton = (text: string, purpose: Token['purpose']): HTMLElement =>
  h(
    'button',
    {
      type: 'button',
      class: 'primary',
      on: { click: () => openNewToken(purpose, () => void showTokens()) },
    },
    text,
  )

async function showTokens(): Promise<void> {
  try {
    fill(tokens, tokenTable((await getJson<Tokens>('/access/tokens')).tokens))
  } catch (error) {
    showFailure(tokens, error, () => void showTokens())
  }
}

function tokenTable(list: readonly Token[]): HTMLElement {
  if (list.length === 0) return h('p', { class: 'muted' }, 'None that can still be used.')
  return scrollingTable(
    'Tokens',
    ['for', 'name', 'used', 'made', 'ends', ''],
    list.map(tokenRow),
    'table stacked',
  )
}

function tokenRow(token: Token): HTMLElement {
  const { id, purpose, role, name, uses, used } = token
  const now = Date.now()
  const left = Date.parse(token.expires_at) - now
  const isOver = left < 0 || used >= uses
  return h(
    'tr',
    {},
    h('td', {}, purpose === 'enrolment' ? 'a device' : `a person (${role})`),
    h('td', {}, name === null ? h('span', { class: 'muted' }, 'any') : untrusted(name)),
    h('td', {}, `${used} of ${uses}`),
    h('td', { class: 'muted' }, ago(Date.parse(token.created_at), now)),
    h('td', { class: isOver ? 'muted' : '' }, left < 0 ? 'over' : `in ${span(left)}`),
    h(
      'td',
      {},
      h('button', { type: 'button', class: 'small danger', on: { click: () => void remove(id) } }, 'Delete'),
    ),
  )
}

async function remove(id: string): Promise<void> {
  try {
    await sendJson('DELETE', `/access/tokens/${encodeURIComponent(id)}`)
    await showTokens()
  } catch (error) {
    showFailure(tokens, error, () => void showTokens())
  }
}

/** The part of the page that shows the owner of a stream, and with whom it is shared. */
function streamSection(): readonly HTMLElement[] {
  const id = h('input', {
    type: 'text',
    inputmode: 'numeric',
    pattern: '\\d{1,15}',
    required: true,
    value: new URLSearchParams(location.search).get('stream') ?? '',
    autocomplete: 'off',
  })
  const onSubmit = (event: Event): void => {
    event.preventDefault()
    void showStream(id.value)
  }
  if (/^\d{1,15}$/.test(id.value)) void showStream(id.value)
  return [
    h('h2', {}, 'Who may use a stream'),
    h(
      'form',
      { class: 'form-row', on: { submit: onSubmit } },
      h('label', {}, 'Stream ', id),
      h('button', { type: 'submit' }, 'Show'),
    ),
    sharing,
  ]
}

const pathOf = (stream: string, key = ''): string =>
  `/access/streams/${encodeURIComponent(stream)}${key && `/${encodeURIComponent(key)}`}`

async function showStream(
  stream: string,
  read = (): Promise<StreamAccess> => getJson<StreamAccess>(pathOf(stream)),
): Promise<void> {
  try {
    fill(sharing, streamAccess(stream, await read()))
  } catch (error) {
    showFailure(sharing, error, () => void showStream(stream))
  }
}

function streamAccess(stream: string, { owner, shared_with: sharedWith }: StreamAccess): HTMLElement {
  const name = h('input', {
    type: 'text',
    required: true,
    maxlength: '64',
    placeholder: 'cam-0002',
    autocomplete: 'off',
    spellcheck: false,
  })
  const onSubmit = (event: Event): void => {
    event.preventDefault()
    void showStream(stream, () => sendJson('POST', pathOf(stream), holderOf(name.value.trim())))
  }
  return h(
    'div',
    {},
    h(
      'p',
      {},
      `Stream ${stream} belongs to `,
      owner === null ? 'admins alone' : ['the key ', h('code', { class: 'mono' }, owner)],
      '.',
    ),
    sharedWith.length === 0 && h('p', { class: 'muted' }, 'It is shared with no device.'),
    h(
      'ul',
      {},
      sharedWith.map((holder) => holderItem(stream, holder)),
    ),
    h(
      'form',
      { class: 'form-row', on: { submit: onSubmit } },
      h('label', {}, 'Share with the device or key ', name),
      h('button', { type: 'submit' }, 'Share'),
    ),
  )
}

function holderItem(stream: string, { key, name }: StreamAccess['shared_with'][number]): HTMLElement {
  const remove = () => void showStream(stream, () => sendJson('DELETE', pathOf(stream, key)))
  return h(
    'li',
    {},
    name === null ? h('code', { class: 'mono' }, key) : untrusted(name),
    ' ',
    h('button', { type: 'button', class: 'small', on: { click: remove } }, 'Remove'),
  )
}

/** The key or device that a text names: a key by its SHA-256, a device by the name of its certificate. */
const holderOf = (text: string): { readonly key: string } | { readonly name: string } =>
  /^[0-9a-f]{64}$/.test(text) ? { key: text } : { name: text }
