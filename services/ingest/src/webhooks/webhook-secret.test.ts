import { deepEqual, equal } from 'node:assert/strict'
import { isSecret, newSecret, signedHeaders } from './webhook-secret.ts'

describe('the signature of a webhook', () => {
  it('is that of Standard Webhooks', () =>
    deepEqual(
      signedHeaders(
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' },
        1_614_265_330,
      ),
      {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
    ))

  it('takes secrets of 24 to 64 bytes in base64', () => {
    equal(isSecret(newSecret()), true)
    const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`
    deepEqual([23, 24, 64, 65].map(secretOf).map(isSecret), [false, true, true, false])
    deepEqual(
      ['', 'secret', `whsec_${'!'.repeat(40)}`, secretOf(32).slice(6)].map(isSecret),
      Array(4).fill(false),
    )
  })
})
