import { mayBeDevice } from '../api/refusals.ts'
import type { HandshakeRefusal } from '../api/types.ts'
import { plural } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { mark, untrusted } from '../dom/words.ts'

/** A notice that the server has refused devices lately, which no stream shows. */
export interface RefusalNotice {
  readonly element: HTMLElement
  add(refusals: readonly HandshakeRefusal[]): void
  paint(now: number): void
}

const shownMs = 600_000

export function createRefusalNotice(): RefusalNotice {
  const element = h('div', { class: 'notice', hidden: true })
  const refusals: HandshakeRefusal[] = []
  return {
    element,
    add: (all) => void refusals.push(...all.filter(mayBeDevice)),
    paint(now) {
      const recent = refusals.filter(({ at }) => now - Date.parse(at) < shownMs)
      element.hidden = recent.length === 0
      const last = recent.at(-1)
      if (!last) return
      fill(
        element,
        mark('warning'),
        ` ${plural(recent.length, 'handshake')} refused in the last 10 min: `,
        untrusted(last.address),
        ' ',
        untrusted(last.reason),
        ' ',
        h('a', { href: '/ui/devices' }, '→ Devices'),
      )
    },
  }
}
