import { deepEqual, equal, match } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { curl } from '../../test/clients.ts'
import type { DnsRecord } from '../../test/dns-message.ts'
import { listenToMdns } from '../../test/mdns-listener.ts'
import { runProxy } from '../../test/running-proxy.ts'

describe('a proxy with DNS_NAME on localhost', () => {
  let network: Awaited<ReturnType<typeof listenToMdns>>
  let name: string
  let service: string
  beforeEach(async () => {
    network = await listenToMdns('127.0.0.1')
    name = `pavs-${randomBytes(4).toString('hex')}`
    service = `${name}._http._tcp.local`
  })
  afterEach(() => network.close())

  const isSrvOf = (service: string) => (record: DnsRecord) => record.type === 'SRV' && record.name === service

  it('announces its real port and the addresses that it listens on', async () => {
    const proxy = await runProxy({ DNS_NAME: name })
    const records = await network.message((record) => record.name === `${name}.local` && record.type === 'A')
    const dataOf = (type: DnsRecord['type']) =>
      records.filter((record) => record.type === type && record.ttl > 0).map(({ data }) => data)
    deepEqual(dataOf('SRV'), [`${name}.local:${proxy.port}`])
    deepEqual(dataOf('A'), ['127.0.0.1'])
    deepEqual(dataOf('TXT'), [Buffer.from('\x06path=/').toString('hex')])
    equal(dataOf('PTR').includes(service), true)
    await proxy.close()
  })

  it('answers a query for _http._tcp', async () => {
    const proxy = await runProxy({ DNS_NAME: `${name}.local.` })
    await proxy.logged('announced')
    const asking = await listenToMdns('127.0.0.1')
    asking.ask('_http._tcp.local')
    const records = await asking.message(({ type, data }) => type === 'PTR' && data === service)
    equal(records.find(({ type }) => type === 'SRV')?.data, `${name}.local:${proxy.port}`)
    asking.close()
    await proxy.close()
  })

  it('says goodbye when it ends', async () => {
    const proxy = await runProxy({ DNS_NAME: name })
    await network.message(isSrvOf(service))
    await proxy.close()
    const records = await network.message((record) => isSrvOf(service)(record) && record.ttl === 0)
    deepEqual(new Set(records.map(({ ttl }) => ttl)), new Set([0]))
  })

  it('takes another name, and logs it, when the name is taken', async () => {
    const first = await runProxy({ DNS_NAME: name })
    await first.logged('announced')
    const second = await runProxy({ DNS_NAME: name })
    const line = await second.logged('announced under another name, because the name is taken')
    match(String(line.instance), new RegExp(`^${name} \\(2\\)\\._http\\._tcp\\.local`))
    const [srv] = (await network.message(isSrvOf(`${name} (2)._http._tcp.local`))).filter(
      ({ type }) => type === 'SRV',
    )
    match(srv?.data ?? '', new RegExp(`:${second.port}$`))
    await second.close()
    await first.close()
  })

  it('goes on serving when announcing fails', async () => {
    const longerThanDnsAllows = Array(4).fill('a'.repeat(60)).join('.')
    const proxy = await runProxy({ DNS_NAME: longerThanDnsAllows })
    await proxy.logged('announcing failed')
    await proxy.logged('no longer announced')
    equal((await curl(proxy.port, '/x', [])).status, 200)
    await proxy.close()
  })

  it('closes in time while it is still probing for its name', async () => {
    const proxy = await runProxy({ DNS_NAME: name })
    await proxy.close()
    deepEqual(
      proxy.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg),
      ['announced to this machine only, as it listens nowhere else'],
    )
  })
})
