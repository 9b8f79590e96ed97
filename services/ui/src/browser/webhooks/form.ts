import { sendJson, sentenceOf } from '../api/client.ts'
import type { NewWebhook } from '../api/types.ts'
import { copyButton } from '../dom/copy.ts'
import { openDialog } from '../dom/dialog.ts'
import { fill, h } from '../dom/h.ts'

const kinds = [
  ['session-completed', 'a session has ended'],
  ['session-abandoned', 'a session ended without saying so'],
  ['expectations-met', 'expectations are met'],
  ['expectations-failed', 'expectations have failed'],
  ['handshake-refused', 'a device was refused'],
] as const

/** Opens the dialog that makes a webhook and shows its secret once. `onDone` is called when the dialog closes. */
export function openNewWebhook(onDone: () => void): void {
  const url = h('input', {
    type: 'url',
    required: true,
    placeholder: 'https://ci.example/hooks/camera',
    autocomplete: 'off',
    spellcheck: false,
  })
  const stream = h('input', { type: 'number', min: 1, step: 1, placeholder: 'all' })
  const boxes = kinds.map(([kind, words]) => ({
    kind,
    box: h('input', { type: 'checkbox', checked: true, value: kind }),
    words,
  }))
  const problem = h('p', { class: 'error-text', role: 'alert' })
  const form = h(
    'form',
    { on: { submit: (event) => void make(event) } },
    h('label', { class: 'field' }, 'URL', url),
    h('label', { class: 'field' }, 'Stream', stream),
    h(
      'fieldset',
      {},
      h('legend', {}, 'When'),
      boxes.map(({ box, words }) => h('label', { class: 'check' }, box, ' ', words)),
    ),
    problem,
    h('div', { class: 'dialog-foot' }, h('button', { type: 'submit', class: 'primary' }, 'Make')),
  )
  const dialog = openDialog('New webhook', form)
  url.focus()

  async function make(event: Event): Promise<void> {
    event.preventDefault()
    try {
      const made = await sendJson<NewWebhook>('POST', '/webhooks', {
        url: url.value,
        events: boxes.filter(({ box }) => box.checked).map(({ kind }) => kind),
        ...(stream.value === '' ? {} : { stream: Number(stream.value) }),
      })
      fill(form, secretView(made.secret))
      dialog.addEventListener('close', onDone)
    } catch (error) {
      problem.textContent = sentenceOf(error)
    }
  }
}

const secretView = (secret: string): HTMLElement =>
  h(
    'div',
    {},
    h('p', { class: 'ok-text' }, '✓ Made. The secret that deliveries are signed with is shown only now:'),
    h(
      'p',
      { class: 'form-row' },
      h('code', { class: 'secret' }, secret),
      copyButton(() => secret),
    ),
  )
