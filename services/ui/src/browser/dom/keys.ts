import { openDialog } from './dialog.ts'
import { h } from './h.ts'

/** A keyboard shortcut. */
export interface Key {
  /** A key such as `j` or `Enter`, or two keys one after the other: `g s`. */
  readonly keys: string
  /** What the shortcut does, for the list of keys. */
  readonly does: string
  /** What the list shows in place of `keys`; null to leave the shortcut out of the list. */
  readonly listedAs?: string | null
  readonly act: () => void
}

/** Item of the local storage that is set when the reader has switched single keys off. */
const offItem = 'keys-off'
/** Time between the two keys of a sequence. */
const sequenceMs = 1_200

/** Binds shortcuts outside fields and dialogs. `?` lists them and can switch single keys off (WCAG 2.1.4). */
export function bindKeys(keys: readonly Key[]): void {
  const all = [...keys, { keys: '?', does: 'list the keys', act: list }]
  let before = ''
  let beforeAt = 0
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event)) return
    const pair = event.timeStamp - beforeAt < sequenceMs ? `${before} ${event.key}` : ''
    before = event.key
    beforeAt = event.timeStamp
    const found = all.find((key) => key.keys === pair) ?? all.find((key) => key.keys === event.key)
    if (!found || (localStorage.getItem(offItem) && found.keys !== '?' && found.keys.length === 1)) return
    event.preventDefault()
    found.act()
  })

  function list(): void {
    const box = h('input', {
      type: 'checkbox',
      checked: !localStorage.getItem(offItem),
      on: { change: store },
    })
    openDialog(
      'Keys',
      h(
        'table',
        { class: 'keys' },
        h(
          'tbody',
          {},
          all
            .filter(({ listedAs }) => listedAs !== null)
            .map((key) =>
              h(
                'tr',
                {},
                h(
                  'th',
                  { scope: 'row' },
                  keyNames(key).map((one) => h('kbd', {}, signs[one] ?? one)),
                ),
                h('td', {}, key.does),
              ),
            ),
        ),
      ),
      h('label', { class: 'check' }, box, 'single keys work'),
    )
    function store(): void {
      if (box.checked) localStorage.removeItem(offItem)
      else localStorage.setItem(offItem, 'yes')
    }
  }
}

const signs: Readonly<Record<string, string>> = {
  ' ': 'space',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
}

const keyNames = ({ keys, listedAs }: Key): readonly string[] =>
  listedAs ? [listedAs] : keys === ' ' ? [keys] : keys.split(' ')

function isElsewhere({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]')) return true
  if (!(target instanceof HTMLElement)) return false
  if (/^(INPUT|TEXTAREA|SELECT|VIDEO)$/.test(target.tagName)) return true
  return /^(Enter| )$/.test(key) && /^(BUTTON|A|SUMMARY)$/.test(target.tagName)
}
