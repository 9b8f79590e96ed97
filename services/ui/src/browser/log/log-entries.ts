import type { Store } from '../api/store.ts'
import type { InFlight, Row } from '../api/types.ts'
import type { LogMatches } from './log-matches.ts'

/** A row of the log, or a request that is still on its way. */
export interface Entry extends Row {
  readonly flight: InFlight | null
}

/** What the log lists, by index: the rows that pass, then the requests on their way. */
export interface LogEntries {
  setInFlight(inFlight: readonly InFlight[]): void
  /** Without the requests on their way. */
  rowCount(): number
  count(): number
  /** Null while it is not loaded. */
  at(index: number): Entry | null
  /** Where an upload is shown; -1 where it is not. */
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
