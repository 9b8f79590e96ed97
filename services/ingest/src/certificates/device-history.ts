import { isSameName } from './certificate-name.ts'
import type { DeviceJournalEntry } from './ports.ts'

/** Serial numbers of the device certificates that were revoked. */
export const revokedIn = (history: readonly DeviceJournalEntry[]): ReadonlySet<string> =>
  new Set(history.filter(({ event }) => event === 'revoked').map(({ serial }) => serial))

/** What was issued to a name, in upper or lower case, oldest first. */
export const issuedTo = (
  name: string,
  history: readonly DeviceJournalEntry[],
): readonly DeviceJournalEntry[] =>
  history.filter((entry) => entry.event === 'issued' && isSameName(entry.name, name))
