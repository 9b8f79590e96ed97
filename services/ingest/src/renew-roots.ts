import { X509Certificate } from 'node:crypto'
import { createLogger } from '@pushav/shared/logger.ts'
import { exitOnUnusableSetting, settingsOrExit } from '@pushav/shared/settings.ts'
import { hierarchies } from './certificates/certificate.ts'
import { diskRootFile } from './certificates/disk/replace-root.ts'
import { openRootFiles } from './certificates/disk/root-files.ts'
import { rootValidity } from './certificates/leaf-policy.ts'
import { openAuthority } from './certificates/x509/authority.ts'
import { createRoot } from './certificates/x509/root.ts'
import { readConfig } from './config.ts'
import { restrictFiles } from './instances/disk/restrict-files.ts'

// Gives both roots twenty more years, with their keys and names. Clients that have an old root go on until that ends,
// since each leaf of one is a leaf of the other; the old one is put aside. This must not run beside ingest processes,
// which read their roots at the start.
const config = settingsOrExit(readConfig)
const log = createLogger('renew-roots', config.logLevel)
const now = () => new Date()

await restrictFiles(config.workingDirectory, config.umask, log).catch(exitOnUnusableSetting)
const file = diskRootFile(config.workingDirectory, now)
for (const hierarchy of hierarchies) {
  const pair = await openRootFiles(config.workingDirectory, hierarchy, () => createRoot(now()), log)
  // A root that has expired is renewed, too.
  const { validFromDate } = new X509Certificate(pair.certificate)
  const authority = await openAuthority(hierarchy, pair, validFromDate)
  const validity = rootValidity(now())
  await file.replace(hierarchy, await authority.renewRoot(validity))
  const notAfter = validity.notAfter.toISOString()
  log.info({ hierarchy, notAfter }, 'root renewed; hand the new file to all clients')
}
// An open channel to a parent process would keep this one alive.
process.disconnect?.()
