import type { Certificate, Hierarchy, KeyType, Leaf, PublicKey, Validity } from './certificate.ts'

/** A CA: its root, and what can be done with its key, which never leaves it. */
export interface Authority {
  readonly hierarchy: Hierarchy
  /** The root, PEM. */
  readonly root: string
  readonly notAfter: Date
  /** The new leaf, PEM, followed by the root. */
  issue(leaf: Leaf): Promise<string>
  /** Whether the first certificate of a PEM text is a leaf of this root. */
  hasIssued(certificate: string): boolean
}

export interface Keys {
  /** A new private key, PKCS#8 PEM. */
  create(type: KeyType): Promise<string>
  publicKeyOf(privateKey: string): PublicKey
  /** The public key of a CSR whose sender has shown that it holds the private one; else a refusal. */
  publicKeyOfCsr(csr: Uint8Array): Promise<PublicKey>
}

/** How certificates and keys are read; null for what is none. */
export interface CertificateReader {
  read(pem: string): Certificate | null
  describe(pem: string): CertificateDetails | null
  describeKey(pem: string): KeyDetails | null
  /** The first certificate or the key (PKCS#8). */
  derOf(pem: string): Uint8Array | null
}

/** What users see of a certificate. */
export interface CertificateDetails extends Validity {
  readonly pem: string
  /** Lower-case hex without leading zeros. */
  readonly serial: string
  /** RFC 4514. */
  readonly issuer: string
  readonly subject: string
  /** One line each, such as `Key Usages: critical, digitalSignature`. */
  readonly extensions: readonly string[]
  /** SHA-256, lower-case hex. */
  readonly fingerprint: string
  /** Subject alternative names, such as `DNS:localhost`. */
  readonly sans: readonly string[]
}

export interface KeyDetails {
  /** Of the modulus (RSA) or the curve (EC), in bits. */
  readonly bits: number
  /** PEM: PKCS#1 for RSA, PKCS#8 for EC. */
  readonly privateKey: string
  /** PEM: PKCS#1 for RSA, SubjectPublicKeyInfo for EC. */
  readonly publicKey: string
}

/** `<working directory>/certs/<hierarchy>/<file>`, where file is `<name>.pem` or `<name>.key`. */
export interface CertificateFiles {
  pathOf(hierarchy: Hierarchy, file: string): string
  list(hierarchy: Hierarchy): Promise<readonly string[]>
  read(hierarchy: Hierarchy, file: string): Promise<string | null>
  /** Replaces what is kept under a name. At no moment does a key stand beside another's certificate. */
  replace(
    hierarchy: Hierarchy,
    name: string,
    kept: { certificate: string; key: string | null },
  ): Promise<void>
}

/** One line for each device certificate issued or revoked. */
export interface DeviceJournal {
  append(entry: DeviceJournalEntry): Promise<void>
  read(): Promise<readonly DeviceJournalEntry[]>
}

export interface DeviceJournalEntry {
  readonly event: 'issued' | 'revoked'
  readonly at: string
  readonly name: string
  readonly serial: string
  readonly notAfter: string
}
