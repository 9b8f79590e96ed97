import type { Row } from '../api/types.ts'
import { bytes, clock, grouped, visible } from '../dom/format.ts'
import { h } from '../dom/h.ts'
import { createMenu } from '../dom/menu.ts'
import { markText } from '../dom/words.ts'
import { arrivalOf } from '../timeline/mark.ts'
import type { Column } from './list-columns.ts'
import type { Entry } from './log-entries.ts'

export interface ColumnChooser {
  readonly element: HTMLElement
  /** Shows the columns that the reader chose last. */
  apply(): void
}

const storageItem = 'log-columns'
const usual = ['time', 'delta', 'method', 'path', 'size', 'ms', 'status', 'worst', 'probe']

/**
 * All columns of the wire log. `deltaOf` returns how many milliseconds after the last upload of its track a row began.
 */
export function logColumns(deltaOf: (row: Row) => number | null): readonly Column<Entry>[] {
  const iso = (row: Row) => new Date(arrivalOf(row)).toISOString()
  return [
    { name: 'time', label: 'time', width: '98px', text: (row) => clock(arrivalOf(row)), hint: iso },
    {
      name: 'delta',
      label: 'Δ',
      width: '62px',
      minListWidth: 560,
      text: (entry) => signed(entry.flight ? null : deltaOf(entry)),
    },
    { name: 'method', label: 'method', width: '54px', minListWidth: 800, text: ({ method }) => method },
    {
      name: 'path',
      keepsEnd: true,
      label: 'path',
      width: 'minmax(120px, 1fr)',
      text: ({ path, partOf }) => visible(partOf === null ? path : path.replace(/\.parts\/[^/]+\//, ' › ')),
      hint: ({ path }) => visible(path),
    },
    { name: 'session', label: 'session', width: '64px', text: ({ session }) => visible(session ?? '') },
    { name: 'track', label: 'track', width: '80px', text: ({ track }) => visible(track ?? '') },
    { name: 'kind', label: 'kind', width: '64px', text: ({ kind }) => kind },
    { name: 'media', label: 'decode time', width: '84px', text: decodeTimeOf },
    { name: 'duration', label: 'duration', width: '64px', text: (row) => secondsOf(row, row.duration) },
    { name: 'size', label: 'size', width: '74px', text: ({ bytes: size }) => bytes(size) },
    {
      name: 'ms',
      label: 'ms',
      width: '64px',
      minListWidth: 620,
      text: ({ ms, partOf }) => (partOf === null ? grouped(ms) : ''),
    },
    {
      name: 'status',
      label: 'status',
      width: '52px',
      text: ({ flight, status, whole }) => (flight ? '…' : String(status ?? (whole ? '–' : 'cut'))),
      tone: ({ flight, status, whole }) => (!flight && (!whole || (status ?? 0) >= 400) ? 'bad' : ''),
    },
    {
      name: 'worst',
      label: 'verdict',
      isLabelHidden: true,
      width: '40px',
      text: ({ flight, worst, codes }) =>
        flight ? '·' : `${markText(worst)}${codes.length > 1 ? codes.length : ''}`,
      tone: ({ flight, worst }) => (flight ? '' : (worst ?? 'ok')),
      hint: ({ codes }) => codes.join(', '),
    },
    { name: 'codes', label: 'findings', width: 'minmax(80px, 0.6fr)', text: ({ codes }) => codes.join(', ') },
    { name: 'address', label: 'address', width: '110px', text: ({ address }) => address },
    { name: 'http', label: 'HTTP', width: '40px', text: ({ http }) => http },
    { name: 'tls', label: 'TLS', width: '60px', text: ({ tls }) => tls },
    {
      name: 'probe',
      label: 'probe',
      width: '60px',
      minListWidth: 740,
      text: ({ probe }) => (probe === 'not-media' ? '–' : (probe ?? '')),
      hint: ({ probe }) => (probe === 'not-media' ? 'not media: ffprobe is not asked' : ''),
    },
  ]
}

/** The menu for the columns of the log. The browser stores the choice. */
export function createColumnChooser(onChoose: (names: ReadonlySet<string>) => void): ColumnChooser {
  const chosen = new Set(readChoice())
  const menu = createMenu('Columns', (place) =>
    place.append(
      ...logColumns(() => null).map(({ name, label }) => {
        const box = h('input', {
          type: 'checkbox',
          checked: chosen.has(name),
          on: { change: () => toggle(name) },
        })
        return h('label', { class: 'check' }, box, label)
      }),
    ),
  )
  menu.element.classList.add('column-chooser')
  return { element: menu.element, apply: () => onChoose(chosen) }

  /** Switches a column on or off, but never the path, without which a row says nothing. */
  function toggle(name: string): void {
    if (!chosen.delete(name)) chosen.add(name)
    chosen.add('path')
    localStorage.setItem(storageItem, JSON.stringify([...chosen]))
    onChoose(chosen)
  }
}

function readChoice(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageItem) ?? 'null')
    return Array.isArray(kept) ? ['path', ...kept.map(String)] : usual
  } catch {
    return usual
  }
}

const secondsOf = ({ timescale }: Row, value: number | null): string =>
  value === null || !timescale ? '' : (value / timescale).toFixed(3)

const decodeTimeOf = (row: Row): string => secondsOf(row, row.decodeTime)

const signed = (ms: number | null): string =>
  ms === null ? '' : `${ms < 0 ? '−' : '+'}${(Math.abs(ms) / 1_000).toFixed(2)}`
