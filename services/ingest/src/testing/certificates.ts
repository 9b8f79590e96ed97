import { join } from 'node:path'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { hierarchies } from '../certificates/certificate.ts'
import { openRootFiles } from '../certificates/disk/root-files.ts'
import type { ServerNames } from '../certificates/renew-server-certificate.ts'
import { createRoot } from '../certificates/x509/root.ts'
import { type Certificates, openCertificates } from '../open-certificates.ts'

export const localNames: ServerNames = {
  commonName: 'localhost',
  dnsNames: ['localhost'],
  ips: ['127.0.0.1', '::1'],
}

export const handoverFileIn = (directory: string): string => join(directory, 'run', 'handover.json')

interface Chosen {
  readonly names?: ServerNames
  readonly now?: () => Date
  readonly hasTlsTests?: boolean
  /** Receives the log, a JSON line a piece. */
  readonly write?: (line: string) => void
}

/** The certificates of a server whose working directory this is, silent unless someone listens. */
export function certificatesIn(
  directory: string,
  { names = localNames, now = () => new Date(), hasTlsTests = false, write }: Chosen = {},
): Promise<Certificates> {
  return openCertificates({
    workingDirectory: directory,
    handoverFile: handoverFileIn(directory),
    serverNames: () => names,
    hasTlsTests,
    // No proxy reads the file.
    acknowledgementWaitMs: 0,
    log: write ? createLogger('test', 'info', { write }) : silent,
    clientRoots: null,
    hasAdmin: false,
    reportsSecrets: false,
    shared: null,
    now,
  })
}

const silent = createLogger('test', 'silent')
let roots: Promise<Awaited<ReturnType<typeof createRoot>>[]> | undefined

/** A working directory after its first start: the roots, made once for all tests, because that takes long. */
export async function directoryWithRoots(): ReturnType<typeof temporaryDirectory> {
  roots ??= Promise.all(hierarchies.map(() => createRoot(new Date())))
  const [directory, made] = await Promise.all([temporaryDirectory(), roots])
  for (const [at, hierarchy] of hierarchies.entries()) {
    const root = made[at]
    if (root) await openRootFiles(directory.path, hierarchy, async () => root, silent)
  }
  return directory
}
