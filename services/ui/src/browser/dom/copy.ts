import { h } from './h.ts'

/** A button that copies a text. */
export function copyButton(text: () => string, label = 'Copy'): HTMLButtonElement {
  const button = h(
    'button',
    { class: 'quiet small copy', type: 'button', on: { click: () => void copy() } },
    label,
  )
  return button

  async function copy(): Promise<void> {
    await copyText(text())
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = label
    }, 1_500)
  }
}

export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text).catch(() => copyBySelection(text))
}

/** Where the clipboard is refused, as under a certificate that the browser does not trust. */
function copyBySelection(text: string): void {
  const area = h('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' })
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** A line to paste into a shell, with its button. */
export const commandLine = (text: string, label?: string): HTMLElement =>
  h(
    'div',
    { class: 'command' },
    h('pre', { tabindex: '0', 'aria-label': label ?? 'command' }, text),
    copyButton(() => text),
  )
