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

/** Copies a text to the clipboard. */
export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text).catch(() => copyBySelection(text))
}

/** Copies when the browser refuses the clipboard, as it does on a page whose certificate it does not trust. */
function copyBySelection(text: string): void {
  const area = h('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' })
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** A line to paste into a shell, with a button that copies it. */
export const commandLine = (text: string, label?: string): HTMLElement =>
  h(
    'div',
    { class: 'command' },
    h('pre', { tabindex: '0', 'aria-label': label ?? 'command' }, text),
    copyButton(() => text),
  )
