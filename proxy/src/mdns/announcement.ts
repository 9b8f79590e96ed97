/** What is told to the local network. */
export interface Announcement {
  /** Of the service `NAME._http._tcp.local`, and of the host `NAME.local`, which the certificate names too. */
  readonly name: string
  readonly port: number
  /** Null for all that the machine has, as they come and go. */
  readonly addresses: readonly string[] | null
  readonly withIpv6: boolean
}

/** Where the server listens. */
export interface Door {
  readonly port: number
  readonly addresses: readonly string[]
}

/**
 * Only addresses that are listened on are told, each in its own network: a server on `localhost` is told on the
 * loopback interface alone, where programs of this machine find it and nobody else is led to himself.
 */
export function announcementOf(name: string, { port, addresses }: Door): Announcement {
  const isEverywhere = addresses.some((address) => address === '0.0.0.0' || address === '::')
  const withIpv6 = addresses.some((address) => address.includes(':'))
  return { name, port, addresses: isEverywhere ? null : addresses, withIpv6 }
}

/** Whether nobody but this machine hears of it. */
export const isLocal = ({ addresses }: Announcement): boolean =>
  addresses?.every((address) => address === '::1' || address.startsWith('127.')) ?? false
