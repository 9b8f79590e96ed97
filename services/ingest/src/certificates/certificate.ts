/** Two CAs: one vouches for this server, the other for the devices that push to it. */
export type Hierarchy = 'server' | 'device'

export const hierarchies: readonly Hierarchy[] = ['server', 'device']

export const keyTypes = ['ec-p256', 'ec-p384', 'rsa-2048', 'rsa-3072'] as const

/** Kind of a key, and its curve or length in bits. */
export type KeyType = (typeof keyTypes)[number]

/** A public key: SubjectPublicKeyInfo in DER, base64. Two are the same key when they are the same text. */
export type PublicKey = string

/** The facts of a certificate that this service decides by. */
export interface Certificate extends Validity {
  /** Lower-case hex without leading zeros. */
  readonly serial: string
  readonly commonName: string
  readonly publicKey: PublicKey
  readonly dnsNames: readonly string[]
  /** IP addresses as `normalIp` spells them. */
  readonly ips: readonly string[]
}

/** What an issuer chooses for a leaf; everything else is the CA's policy. */
export interface Leaf extends Validity {
  readonly commonName: string
  readonly publicKey: PublicKey
  readonly dnsNames: readonly string[]
  readonly ips: readonly string[]
  readonly uris: readonly string[]
  /**
   * What the certificate is good for; absent for what the hierarchy is for, null for a certificate that does not say.
   */
  readonly usage?: 'serverAuth' | 'clientAuth' | null
  /** A text that means nothing and makes the certificate longer. */
  readonly comment?: string
}

/** Certificates and key, PEM. The leaf comes first, its root second. */
export interface Pair {
  readonly certificate: string
  readonly key: string
}

/** One spelling for one IP address: `::1`, never `0:0:0:0:0:0:0:1`. */
export function normalIp(ip: string): string {
  if (!ip.includes(':')) return ip
  return new URL(`http://[${ip}]`).hostname.slice(1, -1)
}

/** From when and up to when a certificate is valid. */
export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}
