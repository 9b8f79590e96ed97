import { type Child, h } from '../dom/h.ts'

/** A step of the page, with the id `step-<number>`. */
export const step = (number: number, title: string, ...children: readonly Child[]): HTMLElement =>
  h(
    'section',
    { class: 'step', id: `step-${number}` },
    h('h2', {}, h('span', { class: 'step-number', 'aria-hidden': 'true' }, number), title),
    children,
  )

/** A labelled choice between values, each with its text. */
export function select(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
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
