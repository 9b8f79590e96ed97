import { randomUUID } from 'node:crypto'
import type { CertificateFiles, DeviceJournal, DeviceJournalEntry } from '../../certificates/ports.ts'
import { forEachLimit } from '../../lib/for-each-limit.ts'
import type { SharedFiles } from '../ports.ts'
import { readSealed } from '../read-sealed.ts'

const folder = 'certs/device/'
const journalFolder = 'certs/journal/'
const readConcurrency = 8

/**
 * Certificates and keys of devices that any machine has issued; those of the server and both roots are this
 * machine's.
 */
export function sharedCertificateFiles(files: SharedFiles, local: CertificateFiles): CertificateFiles {
  const isShared = (hierarchy: string, file: string) => hierarchy === 'device' && !file.startsWith('root.')
  return {
    pathOf: local.pathOf,
    async list(hierarchy) {
      const here = await local.list(hierarchy)
      if (hierarchy !== 'device') return here
      return [...here.filter((file) => !isShared(hierarchy, file)), ...(await files.list(folder))].sort()
    },
    read: (hierarchy, file) =>
      isShared(hierarchy, file) ? files.read(`${folder}${file}`) : local.read(hierarchy, file),
    async replace(hierarchy, name, pair) {
      await local.replace(hierarchy, name, pair)
      if (!isShared(hierarchy, `${name}.pem`)) return
      const [pem, key] = [`${folder}${name}.pem`, `${folder}${name}.key`]
      // The old certificate goes first: a crash may leave a key alone, but never with another's certificate.
      await files.remove(pair.key === null ? [pem, key] : [pem])
      if (pair.key !== null) await files.replace(key, pair.key)
      await files.replace(pem, pair.certificate)
    },
  }
}

/** One file for each line, which is never changed. */
export function sharedDeviceJournal(files: SharedFiles): DeviceJournal {
  const lines = new Map<string, DeviceJournalEntry>()
  return {
    async append(entry) {
      await files.create(`${journalFolder}${entry.at}_${randomUUID()}`, JSON.stringify(entry))
    },
    async read() {
      const names = await files.list(journalFolder)
      await forEachLimit(
        names.filter((name) => !lines.has(name)),
        readConcurrency,
        async (name) => {
          const entry = await readSealed<DeviceJournalEntry>(files, `${journalFolder}${name}`)
          if (entry) lines.set(name, entry)
        },
      )
      return names.flatMap((name) => lines.get(name) ?? [])
    },
  }
}

/** Takes what one machine had before it shared, once: as long as the others have nothing. */
export async function bringCertificates(
  files: SharedFiles,
  local: CertificateFiles,
  entries: readonly DeviceJournalEntry[],
  journal: DeviceJournal,
): Promise<void> {
  if ((await journal.read()).length > 0) return
  const names = (await local.list('device')).filter((file) => !file.startsWith('root.'))
  for (const file of names) {
    const text = await local.read('device', file)
    if (text !== null) await files.create(`${folder}${file}`, text)
  }
  // The journal last, which says that all of it is there.
  for (const entry of entries) await journal.append(entry)
}
