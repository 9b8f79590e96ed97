import type { AccessRow, Caller } from '@pushav/shared/api/access.ts'
import { Refusal } from '../lib/refusal.ts'
import type { StreamGrants } from './ports.ts'

/** The sender of a request, apart from its rights to the stream that the request names. */
export type Identity =
  | { readonly role: 'anonymous' }
  | { readonly role: 'device'; readonly key: string }
  | { readonly role: 'viewer' | 'admin' }

/** The relation of a client to a stream; its role where the request names none. */
export function callerOf(identity: Identity, grants: StreamGrants | null): Caller {
  if (identity.role !== 'device') return identity.role
  if (grants?.owner === identity.key) return 'owner'
  return grants?.members.some(({ key }) => key === identity.key) ? 'shared' : 'stranger'
}

/**
 * Why a caller may not do what a row of the table is for; null when it may. DASH-IF Ingest 1.2, 5.3-4: permission
 * problems are 403. Whether a stream exists shows only to those who may see it.
 */
export function refusalFor(row: AccessRow, caller: Caller): Refusal | null {
  if (row.allowed.includes(caller)) return null
  if (caller === 'anonymous') return certificateRequired()
  const who = row.allowed.filter((one) => one !== 'stranger').join(', ') || 'the proxy'
  return new Refusal('access-denied', `this is for: ${who}; you are: ${caller}`)
}

export const certificateRequired = (): Refusal =>
  new Refusal(
    'certificate-required',
    'this server asks for a client certificate of its device CA; browsers sign in at /ui/sign-in',
  )
