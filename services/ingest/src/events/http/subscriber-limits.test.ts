import { throws } from 'node:assert/strict'
import { createSubscriberLimits } from './subscriber-limits.ts'

describe('limits of subscribers', () => {
  const limits = { connection: 1, address: 2, all: 4 }
  const busy = (words: string) => ({ code: 'busy', message: new RegExp(words) })

  it('count connections, addresses and all, until the disposal', () => {
    const enter = createSubscriberLimits('exports', limits)
    using _first = enter({ address: '192.0.2.1', port: 1 })
    throws(() => enter({ address: '192.0.2.1', port: 1 }), busy('1 on one connection'))
    {
      using _second = enter({ address: '192.0.2.1', port: 2 })
      throws(() => enter({ address: '192.0.2.1', port: 3 }), busy('2 from one address'))
    }
    using _again = enter({ address: '192.0.2.1', port: 3 })
    using _other = enter({ address: '192.0.2.2', port: 1 })
    using _third = enter({ address: '192.0.2.3', port: 1 })
    throws(() => enter({ address: '192.0.2.4', port: 1 }), busy('4 in all'))
  })

  it('count the addresses of one network of IPv6 as one', () => {
    const enter = createSubscriberLimits('exports', limits)
    using _first = enter({ address: '2001:db8::1', port: 1 })
    using _second = enter({ address: '2001:db8::2', port: 1 })
    throws(() => enter({ address: '2001:db8:0:0:1::3', port: 1 }), busy('2 from one address'))
    using _other = enter({ address: '2001:db8:0:1::1', port: 1 })
  })
})
