import { deepEqual, equal } from 'node:assert/strict'
import { hideCredentials, recordedHeaders, removedValue } from './sender-headers.ts'
import type { Sender } from './upload.ts'

const secrets = [
  ...['Authorization', 'Proxy-Authorization', 'Cookie', 'Set-Cookie', 'X-Api-Key', 'api-key', 'X-APIKEY'],
  ...['X-Auth-Token', 'X-Access-Token', 'X-Amz-Security-Token', 'X-Csrf-Token', 'X-Session-Id', 'X_Secret'],
]
const others = [
  'Content-Type',
  'X-EXTINF-Duration',
  'User-Agent',
  'DASH-IF-Ingest',
  'X-Tokenizer',
  'Keyframe',
]

describe('recordedHeaders', () => {
  it('records no credential, under no usual name and in no case', () => {
    for (const name of secrets) {
      deepEqual(recordedHeaders([name, 'TOPSECRET']).headers, [name, removedValue], name)
      deepEqual(recordedHeaders([name.toUpperCase(), 'TOPSECRET']).headers[1], removedValue, name)
    }
    for (const name of others) deepEqual(recordedHeaders([name, 'x']).headers, [name, 'x'], name)
  })

  it('records 4 KiB at most, leaves out what does not fit and says so', () => {
    const { headers, omittedHeaders } = recordedHeaders(
      ['A', 'a', 'Large', 'l'.repeat(5_000), 'B', 'b'].concat(...Array(100).fill(['N', 'n'.repeat(99)])),
    )
    deepEqual(headers.slice(0, 4), ['A', 'a', 'B', 'b'])
    equal(headers.join('').length <= 4_096, true)
    deepEqual(omittedHeaders, { count: 61, bytes: 5_005 + 60 * 100 })
    equal(recordedHeaders(['A', 'a']).omittedHeaders, undefined)
  })
})

describe('hideCredentials', () => {
  it('hides what an older version recorded', () => {
    const sender = { headers: ['Cookie', 'sid=TOPCOOKIE', 'Host', 'x'] } as const
    deepEqual(hideCredentials(sender as unknown as Sender).headers, ['Cookie', removedValue, 'Host', 'x'])
  })
})
