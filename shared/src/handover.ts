import { createHash } from 'node:crypto'
import { z } from 'zod'
import { tlsTestId, tlsTestPorts } from './tls-tests/tls-tests.ts'

/**
 * What ingest, which owns the CAs, hands to the proxy, which owns TLS: one JSON file that is replaced
 * atomically whenever something in it changes. It never holds a CA key.
 */
export type Handover = z.infer<typeof handover>

export const handover = z.object({
  /** Shared by proxy and ingest: ingest trusts identity headers only in requests that carry it. */
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  /** Server leaf, followed by its root, PEM. */
  serverCertificate: z.string().includes('-----BEGIN CERTIFICATE-----'),
  /** Its private key, PKCS#8 PEM. */
  serverKey: z.string().includes('PRIVATE KEY-----'),
  /** Roots that device certificates must chain to, PEM. */
  deviceRoots: z.string().includes('-----BEGIN CERTIFICATE-----'),
  /** Serial numbers of revoked device certificates, lower-case hex without leading zeros. */
  revokedSerials: z.array(z.string().regex(/^[0-9a-f]+$/)),
  /** Whether the proxy reports the secrets of TLS connections to ingest. */
  keylog: z.boolean().default(false),
  /** What the tests of TLS clients show, where they are on; a test that is not named shows what `good` does. */
  tlsTests: z
    .partialRecord(
      tlsTestId,
      z.object({
        /** The leaf and what is sent with it, PEM. */
        certificate: z.string().includes('-----BEGIN CERTIFICATE-----'),
        key: z.string().includes('PRIVATE KEY-----'),
      }),
    )
    .optional(),
})

/** Node's and the libraries' spellings of one serial number, made equal: lower-case, no leading zeros. */
export const normalSerial = (serial: string): string => serial.toLowerCase().replace(/^(0x)?0*(?=.)/, '')

/**
 * Names what a handover file says of device certificates; proxies report to ingest which version they apply. It is
 * the same on all machines, whose files differ in the server's certificate.
 */
export const handoverVersionOf = ({
  deviceRoots,
  revokedSerials,
}: Pick<Handover, 'deviceRoots' | 'revokedSerials'>): string =>
  createHash('sha256')
    .update(JSON.stringify([deviceRoots, revokedSerials.toSorted()]))
    .digest('hex')

/** How often each proxy reports that, besides at once after each change. */
export const handoverReportMs = 2_000

/** The body of `POST /events/handover-applied`. */
export const handoverApplied = z.object({
  /** Names the process; another one after a restart. */
  proxy: z.uuid(),
  version: z.string().regex(/^[0-9a-f]{64}$/),
  /** Where the proxy listens: for devices, and without client certificates; null for none. */
  port: z.number().int().nullable().default(null),
  ui_port: z.number().int().nullable().default(null),
  /** Whether only its own machine reaches it. */
  is_loopback: z.boolean().default(true),
  /** Null where the tests of TLS clients are off. */
  tls_tests: tlsTestPorts.nullable().default(null),
})
