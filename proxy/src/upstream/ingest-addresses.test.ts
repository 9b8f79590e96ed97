import { deepEqual } from 'node:assert/strict'
import { openIngestAddresses } from './ingest-addresses.ts'

const v4 = (...addresses: string[]) => addresses.map((address) => ({ address, family: 4 }))
const at = (...hosts: string[]) => hosts.map((host) => ({ host, port: 8081 }))

describe('openIngestAddresses', () => {
  it('takes a name for all of its addresses, and hears of new ones and of those that went', async () => {
    let records = v4('10.0.0.2', '10.0.0.3')
    using addresses = await openIngestAddresses(
      [{ host: 'ingest', port: 8081 }, { path: '/run/one.sock' }],
      async () => records,
      1,
    )
    deepEqual(addresses.current(), [...at('10.0.0.2', '10.0.0.3'), { path: '/run/one.sock' }])
    const changed = new Promise<void>((resolve) => addresses.onChange(resolve))
    records = v4('10.0.0.3', '10.0.0.4')
    await changed
    deepEqual(addresses.current(), [...at('10.0.0.3', '10.0.0.4'), { path: '/run/one.sock' }])
  })

  it('takes a container with addresses of both families for one', async () => {
    const both = [...v4('10.0.0.2'), { address: 'fd00::2', family: 6 }]
    using addresses = await openIngestAddresses(at('ingest'), async () => both)
    deepEqual(addresses.current(), at('10.0.0.2'))
  })

  it('keeps what a name had while it cannot be looked up, and the name until it could be', async () => {
    let records: ReturnType<typeof v4> | null = null
    let asked = 0
    const lookupAll = async () => {
      asked++
      if (records) return records
      throw new Error('ENOTFOUND')
    }
    using addresses = await openIngestAddresses(at('ingest'), lookupAll, 1)
    deepEqual(addresses.current(), at('ingest'))
    const changed = new Promise<void>((resolve) => addresses.onChange(resolve))
    records = v4('10.0.0.2')
    await changed
    records = null
    const before = asked
    while (asked < before + 3) await new Promise(setImmediate)
    deepEqual(addresses.current(), at('10.0.0.2'))
  })

  it('looks nothing up where there is no name', async () => {
    const never = () => Promise.reject(new Error('looked up'))
    using addresses = await openIngestAddresses([...at('127.0.0.1', 'localhost', '::1')], never)
    deepEqual(addresses.current(), at('127.0.0.1', 'localhost', '::1'))
  })
})
