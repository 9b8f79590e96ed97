import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { Refusal } from '../lib/refusal.ts'
import { parseCertificateName } from './certificate-name.ts'
import { issuedTo, revokedIn } from './device-history.ts'
import { lockOf } from './issue-certificate.ts'
import type { CertificateFiles, CertificateReader, DeviceJournal, DeviceJournalEntry } from './ports.ts'

/** A certificate's serial number, and the end of its validity in ISO 8601. */
type SerialEntry = readonly [serial: string, notAfter: string]

interface RevokeCertificateDeps {
  readonly files: CertificateFiles
  readonly reader: CertificateReader
  readonly journal: DeviceJournal
  readonly runExclusively: KeyedMutex
  readonly now: () => Date
  /** Hands the revoked serial numbers to the proxy. */
  readonly publish: () => Promise<void>
  /** Whether every proxy applies what was published, after a bounded wait. */
  readonly isAcknowledged: () => Promise<boolean>
}

interface Revocation {
  /** Serial numbers, lower-case hex without leading zeros. */
  readonly revoked: readonly string[]
  /** Whether every proxy refuses these certificates from now on; else some may take a moment more. */
  readonly acknowledged: boolean
}

/** A second call changes nothing. Throws the refusals `certificate-unknown` and `certificate-name-malformed`. */
export type RevokeCertificate = (name: string) => Promise<Revocation>

/** Revokes all certificates that were ever issued to a name, not only the newest. */
export function revokeCertificateWith(deps: RevokeCertificateDeps): RevokeCertificate {
  const { journal, runExclusively, now } = deps
  return async function revokeCertificate(text) {
    const name = parseCertificateName(text)
    const revoked = await runExclusively(lockOf(name), async () => {
      const entries = await journal.read()
      const issued = new Map([...(await storedUnder(name)), ...issuedTo(name, entries).map(serialEntryOf)])
      if (issued.size === 0)
        throw new Refusal('certificate-unknown', `no device certificate is called ${name}`)

      const revoked = revokedIn(entries)
      const at = now().toISOString()
      for (const [serial, notAfter] of issued) {
        if (revoked.has(serial)) continue
        await journal.append({ event: 'revoked', at, name, serial, notAfter })
      }
      await deps.publish()
      return [...issued.keys()]
    })
    return { revoked, acknowledged: await deps.isAcknowledged() }
  }

  /** A certificate that another tool put into the folder is in no journal. */
  async function storedUnder(name: string): Promise<readonly SerialEntry[]> {
    const pem = await deps.files.read('device', `${name}.pem`)
    const facts = pem && deps.reader.read(pem)
    return facts ? [[facts.serial, facts.notAfter.toISOString()]] : []
  }
}

const serialEntryOf = ({ serial, notAfter }: DeviceJournalEntry): SerialEntry => [serial, notAfter]
