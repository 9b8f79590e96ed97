/** One line of the audit log. It never holds a token, a cookie or a key. */
export interface AuditEntry {
  /** Such as `certificate-issued`; `refused` for a request that was turned away. */
  readonly event: string
  readonly outcome: 'ok' | 'failed' | 'refused'
  readonly who: AuditActor
  /** Where from. */
  readonly address: string
  /** What: a method and path without its query, and what they name. */
  readonly request?: string
  /** The HTTP status, and the error code where there is one. */
  readonly status?: number
  readonly code?: string
  readonly details?: Readonly<Record<string, string | number | boolean | null>>
}

/** What this server does by its settings, not on request. */
export const serverItself: Pick<AuditEntry, 'who' | 'address'> = {
  who: { role: 'server', name: null, certificate: null },
  address: '',
}

/** The actor, as far as a certificate or a sign-in says. */
interface AuditActor {
  readonly role: string
  readonly name: string | null
  /** SHA-256 of the certificate, lower-case hex; null without one. */
  readonly certificate: string | null
}

/** Writes a line, soon. Never throws: a failure is logged. */
export type WriteAudit = (entry: AuditEntry) => void
