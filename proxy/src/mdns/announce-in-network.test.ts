import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DnsRecord } from '../../test/dns-message.ts'

const inside = join(import.meta.dirname, '../../test/inside-network.ts')
const networkUp = 'ip link set lo up && ip link add cam0 type veth peer name cam1 && ip link set cam1 up'
const addressed = 'ip addr add 192.0.2.77/24 dev cam0 && ip link set cam0 up'

/** A network of its own, so that neither side meets the machine's. */
const inNetwork = (command: string): [string, string[]] => ['unshare', ['-rn', 'sh', '-ec', command]]

describe('a proxy in a network of its own', () => {
  before(function () {
    try {
      execFileSync(...inNetwork(`${networkUp} && ${addressed}`), { stdio: 'ignore' })
    } catch {
      console.warn('      SKIPPED: this user cannot make a network of its own with unshare and ip')
      this.skip()
    }
  })

  it('announces the real address of the machine and withdraws it', async () => {
    const { port, records, goodbye } = await play<Everywhere>('everywhere')
    const srv = records.find(({ type }) => type === 'SRV')
    deepEqual([srv?.name, srv?.data], ['pavs._http._tcp.local', `pavs.local:${port}`])
    deepEqual(
      records.filter(({ type }) => type === 'A' || type === 'AAAA').map(({ data }) => data),
      ['192.0.2.77'],
    )
    deepEqual(new Set(goodbye.map(({ ttl }) => ttl)), new Set([0]))
  })

  it('opens no UDP socket without DNS_NAME', async () => {
    deepEqual(await play('silent'), { udpSockets: [] })
  })

  it('goes on serving when the mDNS port is taken', async () => {
    const { reason, status } = await play<Failure>('taken')
    match(reason, /EADDRINUSE/)
    equal(status, 200)
  })

  it('goes on serving when there is no network', async () => {
    const { reason, status, closedMs } = await play<Failure>(
      'alone',
      'ip link set lo up && ip addr del 127.0.0.1/8 dev lo',
    )
    match(reason, /no network interface/)
    equal(status, 200)
    ok(closedMs < 2_000)
  })
})

interface Everywhere {
  readonly port: number
  readonly records: readonly DnsRecord[]
  readonly goodbye: readonly DnsRecord[]
}

interface Failure {
  readonly reason: string
  readonly status: number
  readonly closedMs: number
}

async function play<Result>(scene: string, network = `${networkUp} && ${addressed}`): Promise<Result> {
  const { stdout } = await promisify(execFile)(
    ...inNetwork(`${network} && exec "${process.execPath}" "${inside}" ${scene}`),
  )
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Result
}
