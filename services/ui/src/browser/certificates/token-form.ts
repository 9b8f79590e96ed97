import { sendJson, sentenceOf } from '../api/client.ts'
import type { NewToken } from '../api/types.ts'
import { copyButton } from '../dom/copy.ts'
import { openDialog } from '../dom/dialog.ts'
import { fill, h } from '../dom/h.ts'

const lifetimes = [
  ['3600', 'an hour'],
  ['86400', 'a day'],
  ['604800', 'a week'],
  ['2592000', '30 days'],
] as const

/** Opens the dialog that makes a token and shows it once. `onDone` is called when the dialog closes. */
export function openNewToken(purpose: NewToken['purpose'], onDone: () => void): void {
  const isForDevice = purpose === 'enrolment'
  const name = h('input', { type: 'text', maxlength: '64', autocomplete: 'off', spellcheck: false })
  const uses = h('input', { type: 'number', min: '1', max: '1000', value: '1' })
  const role = h(
    'select',
    {},
    h('option', { value: 'viewer' }, 'may look'),
    h('option', { value: 'admin' }, 'may do everything'),
  )
  const lifetime = h(
    'select',
    {},
    lifetimes.map(([seconds, words]) =>
      h('option', { value: seconds, selected: seconds === '86400' }, words),
    ),
  )
  const problem = h('p', { class: 'error-text', role: 'alert' })
  const form = h(
    'form',
    { on: { submit: (event) => void make(event) } },
    h(
      'label',
      { class: 'field' },
      isForDevice ? 'Name of the device (empty: any)' : 'Name (shown and logged)',
      name,
    ),
    !isForDevice && h('label', { class: 'field' }, 'Role', role),
    h('label', { class: 'field' }, 'How often it may be used', uses),
    h('label', { class: 'field' }, 'For', lifetime),
    problem,
    h('div', { class: 'dialog-foot' }, h('button', { type: 'submit', class: 'primary' }, 'Make')),
  )
  const dialog = openDialog(isForDevice ? 'New enrolment token' : 'New sign-in token', form)
  dialog.addEventListener('close', onDone)
  name.focus()

  async function make(event: Event): Promise<void> {
    event.preventDefault()
    try {
      const { token } = await sendJson<NewToken>('POST', '/access/tokens', {
        purpose,
        ...(name.value ? { name: name.value } : {}),
        ...(isForDevice ? {} : { role: role.value }),
        uses: Number(uses.value),
        expires_in: Number(lifetime.value),
      })
      fill(form, madeView(token, isForDevice, name.value))
    } catch (error) {
      problem.textContent = sentenceOf(error)
    }
  }
}

const madeView = (token: string, isForDevice: boolean, name: string): HTMLElement =>
  h(
    'div',
    {},
    h('p', { class: 'ok-text' }, '✓ Made. It is shown only now.'),
    h(
      'p',
      {},
      h('code', { class: 'mono' }, token),
      ' ',
      copyButton(() => token),
    ),
    h(
      'p',
      {},
      isForDevice
        ? `The device sends it with its CSR to POST /certs/${name || '{name}'}/sign in the header `
        : 'It is typed in at /ui/sign-in.',
      isForDevice && h('code', {}, `Authorization: Bearer …`),
    ),
  )
