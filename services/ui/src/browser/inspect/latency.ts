import { encodePath, sessionName, span } from '../dom/format.ts'
import { h } from '../dom/h.ts'
import { numberColumn, scrollingTable } from '../dom/table.ts'
import { untrusted } from '../dom/words.ts'
import { reportSection } from '../report/report-section.ts'

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

/** The section of the report with how late the segments of each track came. */
export const latencySection = (stream: string, session: string | null, uploads: number): HTMLElement =>
  reportSection<readonly TrackLatency[]>({
    title: 'Latency',
    stream,
    session,
    uploads,
    part: 'latency',
    draw: (latency) =>
      latency.length === 0
        ? h('p', { class: 'muted' }, 'No segment with a decode time has come.')
        : table(stream, latency),
  })

const columns = (): readonly (string | HTMLElement)[] => [
  'session',
  'track',
  'measured',
  ...['segments', 'min', 'median', '90 %', '99 %', 'max'].map(numberColumn),
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
