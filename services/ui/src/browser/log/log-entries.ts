import type { Store } from '../api/store.ts'
import type { InFlight, Row } from '../api/types.ts'
import type { LogMatches } from './log-matches.ts'

/** A row of the log: an upload, or a request in flight. */
export interface Entry extends Row {
  readonly flight: InFlight | null
}

/** The entries of the log by index: the rows that pass the filter, then the requests in flight. */
export interface LogEntries {
  setInFlight(inFlight: readonly InFlight[]): void
  /** Number of rows, without the requests in flight. */
  rowCount(): number
  count(): number
  /** The entry at an index; null while it is not loaded. */
  at(index: number): Entry | null
  /** The index of an upload; -1 when the log does not list it. */
  indexOf(upload: string): number
}

export function createLogEntries(store: Store, matches: LogMatches): LogEntries {
  const entries = new WeakMap<Row, Entry>()
  let flights: readonly Entry[] = []
  return {
    setInFlight(inFlight) {
      flights = inFlight.map((flight) => entryOfFlight(flight, store.total))
    },
    rowCount,
    count: () => rowCount() + (matches.rows && !matches.filter.isEmpty ? 0 : flights.length),
    at(index) {
      const rows = rowCount()
      if (index >= rows) return flights[index - rows] ?? null
      const row = rowAt(index)
      return row ? entryOf(row) : null
    },
    indexOf,
  }

  function rowCount(): number {
    return matches.rows?.length ?? store.total
  }

  function rowAt(index: number): Row | null {
    if (!matches.rows) return store.at(index)
    const found = matches.rows[index]
    return found ? (store.at(found.position) ?? found) : null
  }

  function entryOf(row: Row): Entry {
    const known = entries.get(row)
    if (known) return known
    const entry = { ...row, flight: null }
    entries.set(row, entry)
    return entry
  }

  function indexOf(upload: string): number {
    const position = store.positionOf(upload)
    const { rows } = matches
    if (!rows) return position ?? -1
    if (position === null) return rows.findIndex((row) => row.upload === upload)
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((rows[middle]?.position ?? 0) < position) low = middle + 1
      else high = middle
    }
    return rows[low]?.position === position ? low : -1
  }
}

function entryOfFlight(flight: InFlight, position: number): Entry {
  const startedAt = Date.parse(flight.started_at)
  return {
    position,
    upload: flight.upload,
    path: flight.path,
    kind: '',
    startedAt,
    ms: Math.max(0, Date.now() - startedAt),
    bytes: flight.bytes,
    session: null,
    track: null,
    worst: null,
    codes: [],
    decodeTime: null,
    duration: null,
    timescale: null,
    method: flight.method,
    http: '',
    tls: '',
    status: null,
    device: flight.device,
    address: flight.address,
    probe: null,
    whole: false,
    partOf: null,
    flight,
  }
}
