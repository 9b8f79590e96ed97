import { getJson } from './client.ts'
import type { LogRows, Row, RowsResponse, Severity } from './types.ts'

export interface RowsPage {
  readonly rows: readonly Row[]
  readonly total: number
  /** Cursor of the next page; null at the end. */
  readonly next: number | null
}

/**
 * GETs a page of a stream's wire log in compact form. `query` holds the parameters of the request. Throws `ApiError`.
 */
export async function getRows(stream: string, query: Record<string, string | number>): Promise<RowsPage> {
  const parameters = new URLSearchParams({ view: 'rows' })
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
  const response = await getJson<RowsResponse>(`/streams/${stream}/uploads?${parameters}`)
  return { rows: rowsOf(response), total: response.total, next: response.next_cursor }
}

/** Decodes the compact form, which names each column once. */
export function rowsOf({ columns, positions, rows }: LogRows): readonly Row[] {
  const places = new Map(columns.map((name, i) => [name, i]))
  return rows.map((values, i) => rowOf((name) => values[places.get(name) ?? -1], positions[i] ?? 0))
}

function rowOf(value: (name: string) => unknown, position: number): Row {
  const text = (name: string) => String(value(name) ?? '')
  const textOrNull = (name: string) => (value(name) == null ? null : String(value(name)))
  const number = (name: string) => Number(value(name) ?? 0)
  const numberOrNull = (name: string) => (value(name) == null ? null : Number(value(name)))
  const codes = value('codes')
  const startedAt = value('started_at')
  return {
    position,
    upload: text('upload'),
    path: text('path'),
    kind: text('kind'),
    startedAt: typeof startedAt === 'number' ? startedAt : Date.parse(String(startedAt)),
    ms: number('ms'),
    bytes: number('bytes'),
    session: textOrNull('session'),
    track: textOrNull('track'),
    worst: textOrNull('worst') as Severity | null,
    codes: Array.isArray(codes) ? codes.map(String) : [],
    decodeTime: numberOrNull('decode_time'),
    duration: numberOrNull('duration'),
    timescale: numberOrNull('timescale'),
    method: text('method'),
    http: text('http'),
    tls: text('tls'),
    status: numberOrNull('status'),
    device: textOrNull('device'),
    address: text('address'),
    probe: textOrNull('probe'),
    whole: value('whole') !== false,
    partOf: textOrNull('part_of'),
  }
}
