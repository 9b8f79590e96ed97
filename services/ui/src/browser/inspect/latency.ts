import { getJson } from '../api/client.ts'
import { encodePath, plural, sessionName, span } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { numberColumn, scrollingTable } from '../dom/table.ts'
import { untrusted } from '../dom/words.ts'

interface TrackLatency {
  readonly session: string
  readonly track: string
  readonly source: 'prft' | 'arrival'
  readonly segments: number
  readonly min_ms: number
  readonly p50_ms: number
  readonly p90_ms: number
  readonly p99_ms: number
  readonly max_ms: number
  readonly slowest: readonly { readonly upload: string; readonly path: string; readonly ms: number }[]
}

/** Streams of more uploads are read when they are asked for. */
const maxUnasked = 10_000

/** How late the segments of each track came. */
export function latencySection(stream: string, session: string | null, uploads: number): HTMLElement {
  const place = h('div', {})
  if (uploads <= maxUnasked) load()
  else fill(place, h('button', { type: 'button', on: { click: load } }, `Read ${plural(uploads, 'upload')}`))
  return h('section', {}, h('h2', {}, 'Latency'), place)

  function load(): void {
    const query = session === null ? '' : `&session=${encodeURIComponent(session)}`
    loading(place)
    getJson<{ latency: readonly TrackLatency[] }>(`/streams/${stream}/report?latency=true${query}`).then(
      ({ latency }) =>
        fill(
          place,
          latency.length === 0
            ? h('p', { class: 'muted' }, 'No segment with a decode time has come.')
            : table(stream, latency),
        ),
      (error) => showFailure(place, error, load),
    )
  }
}

const columns = (): readonly (string | HTMLElement)[] => [
  'session',
  'track',
  'measured',
  ...['segments', 'least', 'half', '90 %', '99 %', 'most'].map(numberColumn),
  'slowest',
]

const table = (stream: string, tracks: readonly TrackLatency[]): HTMLElement =>
  scrollingTable(
    'Latency',
    columns(),
    tracks.map((track) =>
      h(
        'tr',
        { class: 'report-row' },
        h('td', {}, sessionName(track.session)),
        h('td', {}, untrusted(track.track)),
        h('td', {}, track.source === 'prft' ? 'by prft' : 'against the fastest'),
        h('td', { class: 'number' }, track.segments),
        [track.min_ms, track.p50_ms, track.p90_ms, track.p99_ms, track.max_ms].map((ms) =>
          h('td', { class: 'number' }, ms < 0 ? `-${span(-ms)}` : span(ms)),
        ),
        h(
          'td',
          {},
          track.slowest
            .slice(0, 1)
            .map(({ upload, path }) =>
              h(
                'a',
                { class: 'mono', href: `/ui/streams/${stream}/${encodePath(path)}?version=${upload}` },
                untrusted(path.split('/').at(-1) ?? path),
              ),
            ),
        ),
      ),
    ),
  )
