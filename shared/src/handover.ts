import { z } from 'zod'

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
})

/** Node's and the libraries' spellings of one serial number, made equal: lower-case, no leading zeros. */
export const normalSerial = (serial: string): string => serial.toLowerCase().replace(/^(0x)?0*(?=.)/, '')
