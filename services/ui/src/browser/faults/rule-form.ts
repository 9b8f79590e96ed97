import { sendJson, sentenceOf } from '../api/client.ts'
import { h } from '../dom/h.ts'
import { faultChoices } from './choices.ts'

const kinds = [
  ['', 'any upload'],
  ['segment', 'segments'],
  ['init', 'init segments'],
  ['manifest', 'manifests'],
] as const

const picks = [
  ['nth', 'only number'],
  ['every', 'each'],
  ['percent', 'percent'],
  ['', 'all'],
] as const

/** The form for a new fault rule of a stream. */
export function ruleForm(stream: string, onMade: () => void): HTMLElement {
  const kind = selectOf(kinds)
  const track = h('input', {
    type: 'text',
    placeholder: 'any',
    maxlength: '255',
    autocomplete: 'off',
    spellcheck: false,
  })
  const pick = selectOf(picks)
  const number = h('input', { type: 'number', min: '1', value: '1', required: true })
  const fault = selectOf(faultChoices.map(([name], i) => [i, name]))
  const problem = h('p', { class: 'error-text', role: 'alert' })
  return h(
    'form',
    { on: { submit: (event) => void make(event) } },
    h(
      'p',
      { class: 'form-row' },
      h('label', {}, 'Uploads ', kind),
      h('label', {}, 'of track ', track),
      h('label', {}, 'which ', pick),
      h('label', {}, 'n ', number),
      h('label', {}, 'then ', fault),
      h('button', { type: 'submit', class: 'primary' }, 'Add'),
    ),
    problem,
  )

  async function make(event: Event): Promise<void> {
    event.preventDefault()
    problem.textContent = ''
    try {
      await sendJson('POST', `/faults/${stream}`, {
        when: whenOf(),
        fault: faultChoices[Number(fault.value)]?.[1],
      })
      onMade()
    } catch (error) {
      problem.textContent = sentenceOf(error)
    }
  }

  function whenOf(): object {
    const n = Number(number.value)
    return {
      ...(kind.value && { kind: kind.value }),
      ...(track.value && { track: track.value }),
      ...(pick.value === 'nth' && { nth: n }),
      ...(pick.value === 'every' && { every: n }),
      ...(pick.value === 'percent' && { probability: n / 100 }),
    }
  }
}

const selectOf = (options: readonly (readonly [value: string | number, name: string])[]): HTMLSelectElement =>
  h(
    'select',
    {},
    options.map(([value, name]) => h('option', { value }, name)),
  )
