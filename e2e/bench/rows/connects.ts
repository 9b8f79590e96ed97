import { type Bench, type Row, ratio } from '../bench.ts'
import type { ServerUnderTest } from '../servers/server-under-test.ts'
import { type LoadSpec, loadRow } from './load-row.ts'

const targets = [
  ratio('rate', 'nginx one hop', 'at least', 0.85),
  ratio('p50', 'nginx one hop', 'at most', 1.3),
  ratio('µs', 'nginx one hop', 'told', null),
]

const specs: readonly LoadSpec[] = [
  { name: 'connect-c1', size: '8k', fresh: 'full', connections: 1, targets },
  { name: 'connect-c16', size: '8k', fresh: 'full', connections: 16, targets },
  { name: 'connect-resumed-c16', size: '8k', fresh: 'resumed', connections: 16, targets },
]

/** A new connection with a client certificate for each upload, as cameras do. */
export const connectRows = (bench: Bench, servers: readonly ServerUnderTest[]): Row[] =>
  specs.map((spec) => loadRow(bench, servers, spec))
