import { getJson, sendJson } from '../api/client.ts'
import type { TlsTest, TlsTests } from '../api/types.ts'
import { commandLine } from '../dom/copy.ts'
import { ago, plural } from '../dom/format.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { empty, mark, untrusted } from '../dom/words.ts'

const main = startPage('TLS tests')
const list = h('section', { 'aria-label': 'Tests' })
const forgetButton = h(
  'button',
  { type: 'button', disabled: true, on: { click: () => void forget() } },
  'Forget the results',
)
const opened = new Set<string>()
let shown = ''

fill(
  main,
  h(
    'div',
    { class: 'page-head' },
    h('h1', {}, 'TLS tests'),
    h('div', { class: 'page-actions' }, forgetButton),
  ),
  h(
    'p',
    {},
    'What a camera does when the server is not as it should be. Point it at one of these URLs, with the root of this server as ever, and see below what it did. ',
    h('a', { href: '/ui/certificates' }, 'Certificates'),
  ),
  list,
)
loading(list)
void show()
setInterval(() => {
  if (document.visibilityState === 'visible') void show()
}, 3_000)

async function show(): Promise<void> {
  try {
    const response = await getJson<TlsTests>('/tls-tests')
    const text = JSON.stringify(response)
    if (text === shown) return
    shown = text
    forgetButton.disabled = !response.tests.some(isTried)
    fill(
      list,
      response.enabled ? response.tests.map(item) : [off(), ...response.tests.filter(isTried).map(item)],
    )
  } catch (error) {
    shown = ''
    showFailure(list, error, () => void show())
  }
}

async function forget(): Promise<void> {
  try {
    await sendJson('DELETE', '/tls-tests')
    await show()
  } catch (error) {
    shown = ''
    showFailure(list, error, () => void show())
  }
}

const isTried = ({ results }: TlsTest): boolean => results.length > 0

const off = (): HTMLElement =>
  empty(
    'The tests are off. Start the server with the first of fifteen free ports:',
    commandLine('npm start -- --tls-test-port 1300'),
  )

const expectations: Readonly<Record<TlsTest['expects'], string>> = {
  accept: 'should connect',
  refuse: 'must refuse',
  either: 'may do either',
  retry: 'should try again',
}

function item(test: TlsTest): HTMLElement {
  return h(
    'article',
    { class: 'item', id: test.id },
    h(
      'div',
      { class: 'item-head' },
      h('strong', {}, test.title),
      h('span', { class: 'muted code' }, test.id),
      h('span', {}, `a correct camera ${expectations[test.expects]}`),
      test.url !== null && h('span', { class: 'mono' }, test.url),
    ),
    h(
      'div',
      {},
      `Shows ${test.shows}. Correct: `,
      test.correct,
      ' ',
      h('span', { class: 'muted' }, test.rule),
    ),
    test.commands.length > 0 && reach(test),
    test.results.map(resultLine),
  )
}

function reach({ id, commands, url_by_name }: TlsTest): HTMLElement {
  const details = h(
    'details',
    { open: opened.has(id) },
    h('summary', {}, 'How to reach it'),
    url_by_name !== null && h('p', {}, 'By name: ', h('span', { class: 'mono' }, url_by_name)),
    commands.map(({ client, lines }) => [h('p', {}, client), commandLine(lines, client)]),
  )
  details.addEventListener('toggle', () => {
    if (details.open) opened.add(id)
    else opened.delete(id)
  })
  return details
}

const marks = { correct: null, wrong: 'error', informative: 'note', unclear: 'warning' } as const

function resultLine(result: TlsTest['results'][number]): HTMLElement {
  const { verdict, address, certificate, devices, detail, connections, last_at } = result
  return h(
    'div',
    { class: 'result' },
    mark(marks[verdict]),
    ' ',
    h('strong', {}, untrusted(certificate?.subject ?? address)),
    certificate && [' ', h('span', { class: 'muted' }, 'at ', untrusted(address))],
    devices.length > 0 && [
      ' ',
      h('span', { class: 'muted' }, '(the address of ', untrusted(devices.join(', ')), ')'),
    ],
    ': ',
    h('span', { class: verdict === 'wrong' ? 'error-text' : '' }, untrusted(detail)),
    h(
      'span',
      { class: 'muted' },
      ` · ${plural(connections, 'connection')} · ${ago(Date.parse(last_at), Date.now())}`,
    ),
  )
}
