import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { Refusal } from '../lib/refusal.ts'
import { parseCertificateName } from './certificate-name.ts'
import { lockOf } from './issue-certificate.ts'
import type { CertificateFiles, CertificateReader, DeviceJournal, DeviceJournalEntry } from './ports.ts'

/** Serial number and end. */
type Issue = readonly [serial: string, notAfter: string]

export interface RevokePorts {
  readonly files: CertificateFiles
  readonly reader: CertificateReader
  readonly journal: DeviceJournal
  readonly runExclusively: KeyedMutex
  readonly clock: () => Date
  /** Tells the proxy. */
  readonly publish: () => Promise<void>
}

/** The serial numbers that are refused from now on; twice is as once. */
export type RevokeCertificate = (name: string) => Promise<{ readonly revoked: readonly string[] }>

/** Revokes all that was ever issued to a name, not only the newest. */
export function revokeCertificateWith(ports: RevokePorts): RevokeCertificate {
  const { journal, runExclusively, clock } = ports
  return async function revokeCertificate(text) {
    const name = parseCertificateName(text)
    return runExclusively(lockOf(name), async () => {
      const entries = await journal.read()
      const issued = new Map([...(await kept(name)), ...issuedTo(name, entries)])
      if (issued.size === 0)
        throw new Refusal('certificate-unknown', `no device certificate is called ${name}`)

      const refused = new Set(entries.filter(isRevocation).map(({ serial }) => serial))
      const at = clock().toISOString()
      for (const [serial, notAfter] of issued) {
        if (refused.has(serial)) continue
        await journal.append({ event: 'revoked', at, name, serial, notAfter })
      }
      await ports.publish()
      return { revoked: [...issued.keys()] }
    })
  }

  /** What another tool put into the folder is in no journal. */
  async function kept(name: string): Promise<readonly Issue[]> {
    const pem = await ports.files.read('device', `${name}.pem`)
    const facts = pem && ports.reader.read(pem)
    return facts ? [[facts.serial, facts.notAfter.toISOString()]] : []
  }
}

function issuedTo(name: string, entries: readonly DeviceJournalEntry[]): readonly Issue[] {
  const mine = entries.filter((entry) => entry.event === 'issued' && sameName(entry.name, name))
  return mine.map(({ serial, notAfter }) => [serial, notAfter])
}

const isRevocation = ({ event }: { event: string }): boolean => event === 'revoked'

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
