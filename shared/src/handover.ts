import { createHash } from 'node:crypto'
import { z } from 'zod'
import { tlsTestId, tlsTestPorts } from './tls-tests/tls-tests.ts'

/**
 * The handover file: ingest, which owns the CAs, writes it for the proxy, which owns TLS. It is JSON. Ingest replaces
 * it atomically after each change, and never puts a CA key into it.
 */
export type Handover = z.infer<typeof handover>

export const handover = z.object({
  /** Secret of proxy and ingest: ingest trusts identity headers only in requests that carry it. 32 bytes in hex. */
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  /** The server's certificate, followed by its root, PEM. */
  serverCertificate: z.string().includes('-----BEGIN CERTIFICATE-----'),
  /** The private key of the server's certificate, PKCS#8 PEM. */
  serverKey: z.string().includes('PRIVATE KEY-----'),
  /** Roots that device certificates must chain to, PEM. */
  deviceRoots: z.string().includes('-----BEGIN CERTIFICATE-----'),
  /** Serial numbers of revoked device certificates, lower-case hex without leading zeros. */
  revokedSerials: z.array(z.string().regex(/^[0-9a-f]+$/)),
  /** Whether the proxy reports the secrets of TLS connections to ingest. */
  keylog: z.boolean().default(false),
  /**
   * Certificates of the tests of TLS clients; absent when they are off. A test that is not named uses that of `good`.
   */
  tlsTests: z
    .partialRecord(
      tlsTestId,
      z.object({
        /** The certificate and the intermediates that are sent with it, PEM. */
        certificate: z.string().includes('-----BEGIN CERTIFICATE-----'),
        key: z.string().includes('PRIVATE KEY-----'),
      }),
    )
    .optional(),
})

/** A serial number in lower case without leading zeros: Node and the libraries spell the same number differently. */
export const normalSerial = (serial: string): string => serial.toLowerCase().replace(/^(0x)?0*(?=.)/, '')

/**
 * The version of what a handover file says about device certificates. Proxies report to ingest which version they
 * apply. It is the same on all machines, although their files differ in the server's certificate.
 */
export const handoverVersionOf = ({
  deviceRoots,
  revokedSerials,
}: Pick<Handover, 'deviceRoots' | 'revokedSerials'>): string =>
  createHash('sha256')
    .update(JSON.stringify([deviceRoots, revokedSerials.toSorted()]))
    .digest('hex')

/** How often each proxy reports its version, besides at once after each change. */
export const handoverReportMs = 2_000

/** The body of `POST /events/handover-applied`. */
export const handoverApplied = z.object({
  /** Id of the proxy process; it changes with a restart. */
  proxy: z.uuid(),
  version: z.string().regex(/^[0-9a-f]{64}$/),
  /** The port for devices; null for none. */
  port: z.number().int().nullable().default(null),
  /** The port without client certificates; null for none. */
  ui_port: z.number().int().nullable().default(null),
  /** Whether only the proxy's own machine can reach it. */
  is_loopback: z.boolean().default(true),
  /** Ports of the tests of TLS clients; null when they are off. */
  tls_tests: tlsTestPorts.nullable().default(null),
})
