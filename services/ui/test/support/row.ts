import type { Row } from '../../src/browser/api/types.ts'

/** A row of the wire log with the given fields. */
export const rowWith = (fields: Partial<Row>): Row => ({
  position: 0,
  upload: 'u',
  path: 'p',
  kind: 'segment',
  startedAt: 1_000,
  ms: 0,
  bytes: 100,
  session: '1',
  track: 'video',
  worst: null,
  codes: [],
  decodeTime: null,
  duration: null,
  timescale: null,
  method: 'PUT',
  http: '2',
  tls: 'TLSv1.3',
  status: 202,
  device: null,
  address: '192.0.2.7',
  probe: 'done',
  whole: true,
  partOf: null,
  ...fields,
})
