import { constants, X509Certificate } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import type { Handover } from '@pushav/shared/handover.ts'

/** The contents of the handover file, prepared for use in every request. */
export interface Trust {
  readonly secret: string
  readonly rootNames: readonly string[]
  readonly revokedSerials: ReadonlySet<string>
  /** Complete, because `setSecureContext` drops every option that it is not given again. */
  readonly context: SecureContextOptions
}

/** Throws when the key does not belong to the certificate or a root cannot be read. */
export function trustOf(handover: Handover): Trust {
  return {
    secret: handover.secret,
    rootNames: certificatesIn(handover.deviceRoots).map(({ subject }) => oneLine(subject)),
    revokedSerials: new Set(handover.revokedSerials),
    context: {
      cert: handover.serverCertificate,
      key: handover.serverKey,
      ca: handover.deviceRoots,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    },
  }
}

/** A distinguished name on one line; Node prints one attribute a line. */
export const oneLine = (name: string | undefined): string =>
  name?.trim().replaceAll('\n', ', ') || '(no name)'

function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw new Error('no device root in the handover file')
  return blocks.map((block) => new X509Certificate(block))
}
