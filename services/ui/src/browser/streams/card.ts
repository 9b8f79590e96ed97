import type { StreamSummary } from '../api/types.ts'
import { ago, bitrate, bytes, plural } from '../dom/format.ts'
import { type Child, fill, h, setText } from '../dom/h.ts'
import { mark, untrusted } from '../dom/words.ts'
import { createPicture } from './picture.ts'

/** A stream in the list. Updates change the texts and keep the elements, and with them the focus and the picture. */
export interface StreamCard {
  readonly element: HTMLElement
  update(stream: StreamSummary, now: number): void
}

const maxTracks = 3

export function createCard(id: number, onDelete: () => void): StreamCard {
  const picture = createPicture()
  const kind = h('span', { class: 'muted' })
  const activity = h('span', { class: 'activity' })
  const tracks = h('div', { class: 'card-tracks' })
  const amount = h('div', { class: 'muted' })
  const verdict = h('div', { class: 'card-verdict' })
  const element = h(
    'article',
    { class: 'card' },
    picture.element,
    h(
      'div',
      { class: 'card-body' },
      h('h2', {}, h('a', { href: `/ui/streams/${id}`, class: 'card-link' }, `Stream ${id}`), kind, activity),
      tracks,
      amount,
      verdict,
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'small card-delete',
        'aria-label': `Delete stream ${id}`,
        on: { click: onDelete },
      },
      'Delete…',
    ),
  )
  let shown: StreamSummary | null = null
  return { element, update }

  function update(stream: StreamSummary, now: number): void {
    setText(activity, activityOf(stream, now))
    if (stream === shown) return
    shown = stream
    activity.className = `activity ${stream.live ? 'is-live' : ''}`
    kind.textContent = `${stream.interface}${stream.strict_mode ? ' · strict' : ''}`
    picture.show(stream.preview ? `/uploads/${id}/${stream.preview}/preview.mp4` : null)
    fill(tracks, tracksOf(stream))
    amount.textContent = amountOf(stream)
    fill(verdict, verdictOf(stream))
  }
}

function activityOf({ live, uploads, last_upload_at: last }: StreamSummary, now: number): string {
  if (live) return '● live'
  if (uploads === 0) return '○ waiting'
  return last ? `○ ${ago(Date.parse(last), now)}` : '○ stopped'
}

/** Kinds of tracks from last to first; other kinds come after them. */
const kindOrder: readonly StreamSummary['tracks'][number]['kind'][] = ['audio', 'video']

function tracksOf({ tracks }: StreamSummary): Child {
  const sorted = [...tracks].sort((a, b) => kindOrder.indexOf(b.kind) - kindOrder.indexOf(a.kind))
  return sorted
    .slice(0, maxTracks)
    .map(({ name, codec, width, height, bitrate: rate }) =>
      h(
        'div',
        {},
        untrusted(name),
        h(
          'span',
          { class: 'muted' },
          ` ${[codec, width && `${width}×${height}`, rate && bitrate(rate)].filter(Boolean).join(' · ')}`,
        ),
      ),
    )
}

function amountOf({ uploads, bytes: size }: StreamSummary): string {
  if (uploads === 0) return 'nothing has arrived'
  return `${plural(uploads, 'upload')}${size === undefined ? '' : ` · ${bytes(size)}`}`
}

function verdictOf({ id, uploads, error_uploads: errors, warnings = 0, top = [] }: StreamSummary): Child {
  if (uploads === 0) return h('a', { href: `/ui/connect?stream=${id}` }, '→ Connect a camera')
  const worst = top.find(({ severity }) => severity === 'error') ?? top[0]
  return [
    errors > 0 && [mark('error', errors), ' '],
    warnings > 0 && [mark('warning', warnings), ' '],
    errors === 0 && warnings === 0 && [h('span', { class: 'ok-text' }, '✓ no errors'), ' '],
    worst && [
      worst.severity === 'note' && [mark('note'), ' '],
      h('span', { class: 'muted code' }, worst.code),
    ],
  ]
}
