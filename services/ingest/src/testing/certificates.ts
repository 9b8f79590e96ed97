import { join } from 'node:path'
import { createLogger } from '@pushav/shared/logger.ts'
import { type Certificates, openCertificates } from '../open-certificates.ts'
import type { ServerNames } from '../use-cases/keep-server-certificate.ts'

export const localNames: ServerNames = {
  commonName: 'localhost',
  dnsNames: ['localhost'],
  ips: ['127.0.0.1', '::1'],
}

export const handoverFileIn = (directory: string): string => join(directory, 'run', 'handover.json')

interface Chosen {
  readonly names?: ServerNames
  readonly clock?: () => Date
  /** Receives the log, a JSON line a piece. */
  readonly write?: (line: string) => void
}

/** The certificates of a server whose working directory this is, silent unless someone listens. */
export function certificatesIn(
  directory: string,
  { names = localNames, clock, write }: Chosen = {},
): Promise<Certificates> {
  return openCertificates({
    workingDirectory: directory,
    handoverFile: handoverFileIn(directory),
    serverNames: () => names,
    log: write ? createLogger('test', 'info', { write }) : createLogger('test', 'silent'),
    ...(clock ? { clock } : {}),
  })
}
