/** What mDNS announces in the local network. */
export interface Announcement {
  /** NAME of the service `NAME._http._tcp.local` and of the host `NAME.local`, which the certificate names. */
  readonly name: string
  readonly port: number
  /** Null for every address that the machine has now or gets later. */
  readonly addresses: readonly string[] | null
  readonly withIpv6: boolean
}

/** Where the server listens. */
export interface ListenAddress {
  readonly port: number
  readonly addresses: readonly string[]
}

/**
 * Announces only addresses that the server listens on, each in its own network. A server on `localhost` is
 * announced on the loopback interface alone: programs of this machine find it, and other machines are not led
 * to their own loopback.
 */
export function announcementOf(name: string, { port, addresses }: ListenAddress): Announcement {
  const isEverywhere = addresses.some((address) => address === '0.0.0.0' || address === '::')
  const withIpv6 = addresses.some((address) => address.includes(':'))
  return { name, port, addresses: isEverywhere ? null : addresses, withIpv6 }
}

/** Whether only this machine can see the announcement. */
export const isLocal = ({ addresses }: Announcement): boolean =>
  addresses?.every((address) => address === '::1' || address.startsWith('127.')) ?? false
