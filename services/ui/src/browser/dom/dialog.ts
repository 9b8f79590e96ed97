import { sentenceOf } from '../api/client.ts'
import { type Child, h } from './h.ts'

/** Opens a modal dialog, which removes itself when it closes. */
export function openDialog(title: string, ...children: readonly Child[]): HTMLDialogElement {
  const close = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': 'Close', on: { click: () => dialog.close() } },
    '✕',
  )
  const dialog = h(
    'dialog',
    { 'aria-label': title, on: { close: () => dialog.remove() } },
    h('div', { class: 'dialog-head' }, h('h2', {}, title), close),
    children,
  )
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}

/** Asks the reader to type a word before `act` destroys something. Shows the message of the error that `act` throws. */
export function confirmTyped(
  title: string,
  sentence: string,
  word: string,
  verb: string,
  act: () => Promise<void>,
): void {
  const input = h('input', {
    type: 'text',
    autocomplete: 'off',
    'aria-label': `Type ${word}`,
    on: { input: check },
  })
  const button = h('button', { type: 'submit', class: 'danger', disabled: true }, verb)
  const problem = h('p', { class: 'error-text', role: 'alert' })
  const form = h(
    'form',
    { method: 'dialog', on: { submit: (event) => void submit(event) } },
    h('p', {}, sentence),
    h('label', {}, 'To confirm, type ', h('code', {}, word), input),
    problem,
    h('div', { class: 'dialog-foot' }, button),
  )
  const dialog = openDialog(title, form)
  input.focus()

  function check(): void {
    button.disabled = input.value !== word
  }
  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    if (input.value !== word) return
    try {
      await act()
      dialog.close()
    } catch (error) {
      problem.textContent = sentenceOf(error)
    }
  }
}
