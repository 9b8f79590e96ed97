import { ApiError, getJson } from '../api/client.ts'
import { commandLine } from '../dom/copy.ts'
import { encodePath } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { untrusted } from '../dom/words.ts'
import { jsonView } from './json.ts'

interface Probe {
  readonly status?: string
  readonly streams?: readonly Record<string, unknown>[]
  readonly format?: Record<string, unknown>
}

const shown = [
  'codec_name',
  'profile',
  'width',
  'height',
  'pix_fmt',
  'r_frame_rate',
  'sample_rate',
  'channels',
  'duration',
  'bit_rate',
  'nb_read_frames',
  'start_time',
]

/**
 * The probe of the newest object at a path. Polls the server until the probe has ended; `refresh` requests a new one.
 */
export function probeTab(panel: HTMLElement, stream: string, path: string, refresh = false): void {
  loading(panel)
  void ask(refresh)

  async function ask(again: boolean): Promise<void> {
    try {
      const probe = await getJson<Probe>(
        `/probe/${stream}/${encodePath(path)}${again ? '?refresh=true' : ''}`,
      )
      if (!panel.isConnected) return
      if (probe.status) {
        fill(
          panel,
          h(
            'p',
            { role: 'status' },
            probe.status === 'running' ? 'ffprobe is at work…' : 'Waiting for a worker…',
          ),
        )
        setTimeout(() => panel.isConnected && void ask(false), 1_000)
      } else fill(panel, probeView(probe), actions())
    } catch (error) {
      if (error instanceof ApiError && error.status === 422) return showProbeFailure(error)
      showFailure(panel, error, () => probeTab(panel, stream, path))
    }
  }

  function actions(): HTMLElement {
    return h(
      'p',
      {},
      h(
        'button',
        { type: 'button', on: { click: () => probeTab(panel, stream, path, true) } },
        'Probe again',
      ),
    )
  }

  async function showProbeFailure(error: ApiError): Promise<void> {
    const response = await fetch(`/probe/${stream}/${encodePath(path)}`)
    const { detail } = (await response.json()) as {
      detail?: { message?: string; stderr?: string; command?: string }
    }
    fill(
      panel,
      h(
        'p',
        { class: 'error-text' },
        'ffprobe cannot read it: ',
        untrusted(detail?.message ?? error.message),
      ),
      detail?.stderr && h('pre', { class: 'stderr', tabindex: '0' }, untrusted(detail.stderr)),
      detail?.command && h('details', {}, h('summary', {}, 'Its command'), commandLine(detail.command)),
      actions(),
    )
  }
}

function probeView({ streams = [], format = {} }: Probe): HTMLElement {
  return h(
    'div',
    {},
    streamsTable(streams),
    formatTable(format),
    h('details', {}, h('summary', {}, 'JSON'), jsonView({ streams, format })),
  )
}

/** A table with a column for each stream and a row for each field that a stream has. */
function streamsTable(streams: NonNullable<Probe['streams']>): HTMLElement {
  const rows = shown.filter((name) => streams.some((stream) => stream[name] !== undefined))
  const heads = streams.map((stream, i) =>
    h('th', { scope: 'col' }, `${i} `, untrusted(String(stream.codec_type ?? ''))),
  )
  return h(
    'table',
    { class: 'facts' },
    h('thead', {}, h('tr', {}, h('th'), heads)),
    h(
      'tbody',
      {},
      rows.map((name) =>
        fieldRow(
          name,
          streams.map((stream) => stream[name]),
        ),
      ),
    ),
  )
}

function formatTable(format: NonNullable<Probe['format']>): HTMLElement {
  const names = ['format_name', 'duration', 'bit_rate', 'probe_score']
  const rows = names.filter((name) => format[name] !== undefined)
  return h(
    'table',
    { class: 'facts' },
    h(
      'tbody',
      {},
      rows.map((name) => fieldRow(name, [format[name]])),
    ),
  )
}

function fieldRow(name: string, values: readonly unknown[]): HTMLElement {
  const cells = values.map((value) =>
    h('td', { class: 'mono' }, value === undefined ? '' : untrusted(String(value))),
  )
  return h('tr', {}, h('th', { scope: 'row' }, name.replaceAll('_', ' ')), cells)
}
