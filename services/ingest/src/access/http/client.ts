import type { Peer } from '@pushav/shared/identity.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Identity } from '../decide.ts'
import type { BrowserSession, DeviceIdentity } from '../ports.ts'

/** The sender of a request, with the certificate or sign-in that it showed. */
export interface Client {
  readonly identity: Identity
  readonly device: DeviceIdentity | null
  readonly session: BrowserSession | null
}

/** A client that has shown nothing; with AUTH=open each one. */
export const anonymousClient: Client = { identity: { role: 'anonymous' }, device: null, session: null }

/** Throws the refusal `access-denied` for a certificate of a root that no rule lets in. */
export function clientOfDevice(device: DeviceIdentity): Client {
  if (!device.isAccepted)
    throw new Refusal('access-denied', 'no rule of CLIENT_CA_ALLOW lets this certificate of another root in')
  return { identity: identityOf(device), device, session: null }
}

export const identityOf = ({ key, isAdmin }: DeviceIdentity): Identity =>
  isAdmin ? { role: 'admin' } : { role: 'device', key }

/** Who did something, for the audit log. */
export function actorOf({ identity, device, session }: Client, peer: Peer) {
  const certificate = session ? null : (peer.device?.fingerprint ?? null)
  return {
    role: identity.role,
    name: session?.name ?? device?.name ?? (certificate ? (peer.device?.subject ?? null) : null),
    certificate,
  }
}
