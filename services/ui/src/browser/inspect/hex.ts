import { getBytes } from '../api/client.ts'
import { grouped } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'

const pageBytes = 4_096

/** The bytes of an upload, 4 KiB at a time. Highlights `length` bytes from `from` on. */
export function hexTab(
  panel: HTMLElement,
  stream: string,
  upload: string,
  total: number,
  from = 0,
  length = 0,
): void {
  const start = Math.floor(from / 16) * 16
  show(start)

  function show(begin: number): void {
    loading(panel)
    const end = Math.min(total, begin + pageBytes)
    if (end <= begin) return void fill(panel, h('p', {}, 'There are no bytes.'))
    getBytes(`/uploads/${stream}/${upload}`, begin, end).then(
      (bytes) => {
        const pre = h(
          'pre',
          { class: 'hex', tabindex: '0', 'aria-label': `bytes ${begin} to ${end}` },
          lines(bytes, begin, from, length),
        )
        fill(
          panel,
          h(
            'div',
            { class: 'hex-nav' },
            nav('← before', begin - pageBytes, begin > 0),
            h('span', { class: 'muted' }, `${grouped(begin)}–${grouped(end)} of ${grouped(total)} bytes`),
            nav('after →', end, end < total),
          ),
          pre,
        )
      },
      (error) => showFailure(panel, error, () => show(begin)),
    )
  }

  function nav(label: string, to: number, isPossible: boolean): HTMLElement {
    return h(
      'button',
      { type: 'button', class: 'small', disabled: !isPossible, on: { click: () => show(Math.max(0, to)) } },
      label,
    )
  }
}

function lines(bytes: Uint8Array, begin: number, from: number, length: number): (HTMLElement | string)[] {
  const parts: (HTMLElement | string)[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)]
    parts.push(`${(begin + at).toString(16).padStart(8, '0')}  `)
    for (const [i, byte] of row.entries()) {
      const text = byte.toString(16).padStart(2, '0')
      const offset = begin + at + i
      parts.push(offset >= from && offset < from + length ? h('mark', {}, text) : text, i === 7 ? '  ' : ' ')
    }
    parts.push(
      `${'   '.repeat(16 - row.length)} ${row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('')}\n`,
    )
  }
  return parts
}
