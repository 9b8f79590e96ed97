import { deepEqual, equal } from 'node:assert/strict'
import { judge } from './judge.ts'
import type { TestResult } from './results.ts'
import type { TlsTest } from './tests.ts'

const at = (second: number) => new Date(second * 1_000).toISOString()

/** One connection that ended in the handshake without a word. */
const result = (change: Partial<TestResult>): TestResult => ({
  ...{ test: 'expired', address: '192.0.2.1', connections: 1, refused: 1, closed: 0, requests: 0, code: '' },
  ...{
    firstAt: at(0),
    lastAt: at(0),
    offers: 'TLSv1.3',
    tlsVersion: null,
    serverName: null,
    certificate: null,
  },
  ...change,
})

type Row = readonly [expects: TlsTest['expects'], did: Partial<TestResult>, verdict: string, detail: string]

const accepted = { refused: 0, requests: 3, tlsVersion: 'TLSv1.3' }
const closed = { refused: 0, closed: 1, tlsVersion: 'TLSv1.2' }
const alert = { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' }
const rows: readonly Row[] = [
  ['refuse', alert, 'correct', 'refused, as it must (alert unknown_ca)'],
  [
    'refuse',
    { code: 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED' },
    'correct',
    'refused, as it must (alert certificate_expired)',
  ],
  ['refuse', accepted, 'wrong', 'accepted what it must refuse (TLSv1.3): sent 3 requests'],
  [
    'refuse',
    { ...accepted, refused: 5, requests: 1 },
    'wrong',
    'accepted what it must refuse (TLSv1.3): sent 1 request',
  ],
  [
    'refuse',
    closed,
    'correct',
    'refused, as it must (closed the connection behind the handshake, without a request)',
  ],
  [
    'refuse',
    { code: 'ECONNRESET' },
    'correct',
    'refused, as it must (closed the connection in the handshake, without an alert)',
  ],
  [
    'refuse',
    { code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' },
    'correct',
    'refused, as it must (offers TLSv1.3 at most, not what is shown)',
  ],
  [
    'refuse',
    { code: 'ERR_SSL_NO_SHARED_CIPHER' },
    'correct',
    'refused, as it must (offers none of the cipher suites that are shown)',
  ],
  [
    'refuse',
    { code: 'ERR_SSL_HTTP_REQUEST' },
    'unclear',
    'the handshake failed for another reason (ERR_SSL_HTTP_REQUEST)',
  ],
  [
    'refuse',
    { code: 'ERR_TLS_HANDSHAKE_TIMEOUT' },
    'unclear',
    'the handshake failed for another reason (ERR_TLS_HANDSHAKE_TIMEOUT)',
  ],
  ['accept', accepted, 'correct', 'connected with TLSv1.3: sent 3 requests'],
  ['accept', alert, 'wrong', 'refused what it should accept (alert unknown_ca)'],
  ['accept', closed, 'unclear', 'connected with TLSv1.2, and sent no request'],
  ['either', closed, 'informative', 'connected with TLSv1.2, and sent no request'],
  ['either', accepted, 'informative', 'connected with TLSv1.3: sent 3 requests'],
  [
    'either',
    { code: 'ERR_SSL_UNSUPPORTED_PROTOCOL', offers: 'TLSv1.2' },
    'informative',
    'did not connect (offers TLSv1.2 at most, not what is shown)',
  ],
  ['retry', {}, 'informative', 'connected once, and has not tried again so far'],
  ['retry', { connections: 2, lastAt: at(4) }, 'correct', 'tried again 1 time, every 4.0 s on average'],
  [
    'retry',
    { connections: 31, lastAt: at(15) },
    'wrong',
    'tried again 30 times, every 0.5 s on average: without waiting longer each time',
  ],
  ['retry', { connections: 31, lastAt: at(60) }, 'correct', 'tried again 30 times, every 2.0 s on average'],
]

describe('the verdict on a TLS client', () => {
  for (const [expects, did, verdict, detail] of rows)
    it(`is ${verdict} where it should ${expects} and ${detail}`, () =>
      deepEqual(judge({ expects }, result(did)), { verdict, detail }))

  it('covers all that a client can be expected to do', () =>
    equal(new Set(rows.map(([expects]) => expects)).size, 4))
})
