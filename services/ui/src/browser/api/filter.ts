import type { Row } from './types.ts'

/** A filter of the wire log, as the reader typed it. */
export interface Filter {
  /** Query parameters for the part that the server can filter; `matches` filters by all of it. */
  readonly query: Readonly<Record<string, string>>
  matches(row: Row): boolean
  readonly isEmpty: boolean
}

type Test = (row: Row) => boolean

const fields: Readonly<Record<string, (row: Row) => readonly (string | null)[]>> = {
  track: ({ track }) => [track],
  session: ({ session }) => [session],
  severity: ({ worst }) => [worst],
  code: ({ codes }) => codes,
  kind: ({ kind }) => [kind],
  device: ({ device, address }) => [device, address],
  method: ({ method }) => [method],
  status: ({ status }) => [String(status ?? 'cut off')],
}

/** Fields by which `GET /streams/{id}/uploads` can filter too, each by one value. */
const ofServer = ['track', 'session', 'severity', 'code', 'device', 'kind']

const units: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, ms: 1, s: 1_000 }

/**
 * Parses a filter such as `track:video severity:error -kind:manifest >1MB <10ms words`. A row must match all parts; `-`
 * negates a part; a word must be in the path; a word in `"…"` may have spaces.
 */
export function parseFilter(text: string): Filter {
  const tests: Test[] = []
  const query: Record<string, string> = {}
  for (const [, minus = '', raw = ''] of text.matchAll(/(-?)((?:[^\s"]|"[^"]*")+)/g)) {
    const part = raw.replaceAll('"', '')
    const test = testOf(part)
    tests.push(minus ? (row) => !test(row) : test)
    if (!minus) addToQuery(query, part)
  }
  return { query, isEmpty: tests.length === 0, matches: (row) => tests.every((test) => test(row)) }
}

function testOf(part: string): Test {
  const [, sign, amount, unit] = /^([<>])(\d+(?:\.\d+)?)(B|kB|KB|MB|GB|ms|s)$/.exec(part) ?? []
  if (sign && amount && unit) {
    const limit = Number(amount) * (units[unit] ?? 1)
    const amountOf = unit === 'ms' || unit === 's' ? ({ ms }: Row) => ms : ({ bytes }: Row) => bytes
    return sign === '>' ? (row) => amountOf(row) > limit : (row) => amountOf(row) < limit
  }
  const [, name = '', value = ''] = /^(\w+):(.+)$/.exec(part) ?? []
  const field = fields[name]
  if (!field) return ({ path }) => path.toLowerCase().includes(part.toLowerCase())
  if (name === 'device') return (row) => field(row).some((found) => found?.includes(value))
  return (row) => field(row).some((found) => found === value)
}

function addToQuery(query: Record<string, string>, part: string): void {
  const [, name = '', value = ''] = /^(\w+):(.+)$/.exec(part) ?? []
  if (ofServer.includes(name) && name !== 'device' && !(name in query)) query[name] = value
  else if (!fields[name] && !/^[<>]\d/.test(part) && !('q' in query)) query.q = part
}
