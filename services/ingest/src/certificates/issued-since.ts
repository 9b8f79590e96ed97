import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { adminName } from './admin-certificate.ts'
import { isSameName } from './certificate-name.ts'
import { revokedIn } from './device-history.ts'
import { lockOf } from './issue-certificate.ts'
import type { DeviceJournal, DeviceJournalEntry } from './ports.ts'

interface IssuedSinceDeps {
  readonly journal: DeviceJournal
  readonly runExclusively: KeyedMutex
  readonly now: () => Date
  /** Hands the revoked serial numbers to the proxy. */
  readonly publish: () => Promise<void>
  /** Whether every proxy applies what was published, after a bounded wait. */
  readonly isAcknowledged: () => Promise<boolean>
}

/**
 * Device certificates, of all names but the admin's, by the time at which they were issued: an admin whose key was
 * stolen may have had some issued to others.
 */
export interface IssuedSince {
  /** Certificates that are neither revoked nor expired, the newest first. Throws the system's error. */
  listValid(from: Date): Promise<readonly DeviceJournalEntry[]>
  /** Revokes these certificates, and returns them. Throws the system's error. */
  revoke(
    from: Date,
  ): Promise<{ readonly revoked: readonly DeviceJournalEntry[]; readonly acknowledged: boolean }>
}

export function issuedSinceWith(deps: IssuedSinceDeps): IssuedSince {
  const { journal, runExclusively, now, publish, isAcknowledged } = deps
  return { listValid, revoke }

  async function listValid(from: Date): Promise<readonly DeviceJournalEntry[]> {
    const entries = await journal.read()
    const revoked = revokedIn(entries)
    return entries
      .filter(({ event, at, name, serial, notAfter }) => {
        if (event !== 'issued' || isSameName(name, adminName) || revoked.has(serial)) return false
        return Date.parse(at) >= from.getTime() && Date.parse(notAfter) > now().getTime()
      })
      .reverse()
  }

  async function revoke(from: Date) {
    const first = await revokeValid(from)
    // A request that was let in before the admin's tokens ended may have had its certificate meanwhile.
    const late = await revokeValid(from)
    return { revoked: [...late.revoked, ...first.revoked], acknowledged: late.acknowledged }
  }

  async function revokeValid(from: Date) {
    const revoked = await listValid(from)
    for (const { name, serial, notAfter } of revoked)
      await runExclusively(lockOf(name), () =>
        journal.append({ event: 'revoked', at: now().toISOString(), name, serial, notAfter }),
      )
    if (revoked.length > 0) await publish()
    return { revoked, acknowledged: await isAcknowledged() }
  }
}
