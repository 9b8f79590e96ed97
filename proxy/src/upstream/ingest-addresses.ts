import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Address } from '@pushav/shared/settings.ts'

/** How often host names are looked up: containers come and go, and a request waits up to ten seconds for an ingest. */
const lookupMs = 1_000

/** Where ingest processes listen. Disposal ends the look-ups. */
export interface IngestAddresses extends Disposable {
  /** Never empty. */
  current(): readonly Address[]
  /** Calls the listener after each change. */
  onChange(listener: () => void): void
}

type Lookup = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

/**
 * The addresses of the settings. Each host name stands for all IP addresses that it has at the time: those of all
 * containers of a service. A name whose look-up fails or finds none keeps the addresses that it had before.
 */
export async function openIngestAddresses(
  configured: readonly Address[],
  lookupAll: Lookup = (host) => lookup(host, { all: true }),
  everyMs = lookupMs,
): Promise<IngestAddresses> {
  const found = new Map<string, readonly Address[]>()
  const listeners: (() => void)[] = []
  if (!configured.some(isName)) return fixedAddresses(configured)
  let current: readonly Address[] = configured
  await update()
  const timer = setInterval(() => void update(), everyMs).unref()
  return {
    current: () => current,
    onChange: (listener) => void listeners.push(listener),
    [Symbol.dispose]: () => clearInterval(timer),
  }

  async function update(): Promise<void> {
    const lists = await Promise.all(configured.map(resolve))
    const next = [...new Map(lists.flat().map((address) => [keyOf(address), address])).values()]
    if (next.map(keyOf).sort().join() === current.map(keyOf).sort().join()) return
    current = next
    for (const listener of listeners) listener()
  }

  async function resolve(address: Address): Promise<readonly Address[]> {
    if (!isName(address)) return [address]
    const all = await lookupAll(address.host).catch(() => [])
    const { port } = address
    const ipv4 = all.filter(({ family }) => family === 4)
    // A container may have an IPv4 and an IPv6 address; with both it would count twice.
    const addresses = (ipv4.length > 0 ? ipv4 : all).map(({ address: host }) => ({ host, port }))
    if (addresses.length > 0) found.set(keyOf(address), addresses)
    return found.get(keyOf(address)) ?? [address]
  }
}

/** Addresses that stay as they are. */
export const fixedAddresses = (addresses: readonly Address[]): IngestAddresses => ({
  current: () => addresses,
  onChange: () => undefined,
  [Symbol.dispose]: () => undefined,
})

/** A key that is the same for equal addresses. */
export const keyOf = (address: Address): string =>
  'path' in address ? `unix:${address.path}` : `${address.host} ${address.port}`

/** Whether an address has to be looked up. Node itself tries both addresses of localhost. */
const isName = (address: Address): address is Extract<Address, { host: string }> =>
  'host' in address && !isIP(address.host) && address.host !== 'localhost'
