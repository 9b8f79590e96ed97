import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Logger } from '@pushav/shared/logger.ts'
import { diskGrantFiles } from './access/disk/grant-files.ts'
import { diskSessionFiles } from './access/disk/session-files.ts'
import { diskTokenFiles } from './access/disk/token-files.ts'
import { type EndAdmin, endAdminWith } from './access/end-admin.ts'
import { type Authorization, authorizeWith } from './access/http/authorize.ts'
import { hashOfKey, keyOfCreatorWith } from './access/key-of-creator.ts'
import { type Sessions, sessionsWith } from './access/sessions.ts'
import { type StreamAccess, streamAccessWith } from './access/stream-access.ts'
import { type Tokens, tokensWith } from './access/tokens.ts'
import { identifyDeviceWith } from './access/x509/device-identity.ts'
import type { WriteAudit } from './audit/audit.ts'
import { auditLimitsWith } from './audit/audit-limits.ts'
import { openAuditFile } from './audit/disk/audit-file.ts'
import { adminUri } from './certificates/admin-certificate.ts'
import { parseCertificateName } from './certificates/certificate-name.ts'
import { x509Reader } from './certificates/x509/reader.ts'
import type { Config } from './config.ts'
import { refuseUnrouted } from './http/http-app.ts'
import { createFileMutex } from './lib/file-mutex.ts'
import type { Certificates } from './open-certificates.ts'
import {
  sharedGrantFiles,
  sharedSessionFiles,
  sharedTokenFiles,
} from './shared-files/adapters/shared-access.ts'
import type { SharedSecrets } from './shared-files/ports.ts'
import type { ClientCertificates, JournalReader } from './uploads/ports.ts'

/** Who may do what, and the record of who did. */
export interface Access {
  readonly audit: WriteAudit
  /** Audits that a quota, or the reserve of the disk, refuses uploads. */
  readonly auditLimit: (limit: string) => void
  readonly tokens: Tokens
  readonly sessions: Sessions
  readonly streams: StreamAccess
  /** Null with AUTH=open. */
  readonly authorization: Authorization | null
  readonly endAdmin: EndAdmin
  /** Hash of the key of a device certificate, by its name. Throws the refusals of `ShowCertificates`. */
  readonly keyOfName: (name: string) => Promise<string | null>
}

interface OpenAccessDeps {
  readonly certificates: Pick<Certificates, 'hasIssued' | 'show'>
  readonly clientCertificates: Pick<ClientCertificates, 'details'>
  readonly journals: Pick<JournalReader, 'of' | 'read'>
  /** What all machines have in common; null where the working directory has it. */
  readonly shared: SharedSecrets | null
}

const now = (): Date => new Date()
const newSecret = (): string => randomBytes(32).toString('base64url')

/** Opens tokens, sessions and grants, of this folder or of all machines, and the audit log of this folder. */
export async function openAccess(
  config: Pick<Config, 'workingDirectory' | 'auth' | 'foreignRules'>,
  deps: OpenAccessDeps,
  built: AsyncDisposableStack,
  log: Logger,
): Promise<Access> {
  const { workingDirectory, auth, foreignRules } = config
  const { certificates, clientCertificates, journals, shared } = deps
  const { write: audit } = built.use(openAuditFile(workingDirectory, now, log))
  const tokenFiles = shared ? sharedTokenFiles(shared.fresh) : await diskTokenFiles(workingDirectory)
  const tokens = tokensWith(tokenFiles, newSecret, now)
  const sessionFiles = shared ? sharedSessionFiles(shared.files) : await diskSessionFiles(workingDirectory)
  const sessions = sessionsWith(sessionFiles, newSecret, now)
  const grantFiles = diskGrantFiles(workingDirectory)
  const { details } = clientCertificates
  const streams = streamAccessWith({
    files: shared ? sharedGrantFiles(shared.files, grantFiles) : grantFiles,
    keyOfCreator: keyOfCreatorWith({ journals, details, read: x509Reader.read }),
    runExclusively: shared?.runExclusively ?? createFileMutex(join(workingDirectory, 'access', 'streams-')),
    now,
  })
  const { hasIssued } = certificates
  const identify = identifyDeviceWith({ hasIssued, adminUri, foreignRules })
  const authorization =
    auth === 'open'
      ? null
      : authorizeWith({ identify, access: streams, sessions, tokens, audit, log, refuseUnrouted })
  const auditLimit = auditLimitsWith(audit, Date.now)
  const endAdmin = endAdminWith(tokens, sessions)
  return { audit, auditLimit, tokens, sessions, streams, authorization, endAdmin, keyOfName }

  async function keyOfName(name: string): Promise<string | null> {
    const file = `${parseCertificateName(name)}.pem`
    const facts = x509Reader.read(await certificates.show.pem('device', file))
    return facts && hashOfKey(facts.publicKey)
  }
}
