import type { ProfileName } from '@pushav/shared/api/certificates.ts'
import type { Certificate, Hierarchy, KeyType, Leaf, PublicKey, Validity } from './certificate.ts'

/** A CA: its root, and what can be done with its key, which never leaves it. */
export interface Authority {
  readonly hierarchy: Hierarchy
  /** The root, PEM. */
  readonly root: string
  readonly notAfter: Date
  /** Signs a new leaf; the leaf and the root, PEM. */
  issue(leaf: Leaf): Promise<string>
  /** Whether the first certificate of a PEM text is a leaf of this root. */
  hasIssued(certificate: string): boolean
  /** A list of revoked certificates, RFC 5280, 5; DER. */
  revocationList(list: RevocationList): Promise<Uint8Array>
  /** The root with the same key and name and another validity, PEM: leaves of both verify with either. */
  renewRoot(validity: Validity): Promise<string>
  /**
   * The root under which one intermediate CA may stand, PEM: itself, or where it allows none (RFC 5280, 4.2.1.9) one
   * with the same key, name and validity that does. The same with each call.
   */
  widenRoot(): Promise<string>
  /** Signs an intermediate CA that issues leaves only; its certificate, PEM. */
  issueIntermediate(publicKey: PublicKey): Promise<string>
  /** Whether the first certificate of a PEM text is an intermediate CA of this root. */
  hasIssuedIntermediate(certificate: string): boolean
}

/** What a list of revoked certificates says. */
export interface RevocationList {
  /** Greater than that of any list before. */
  readonly number: number
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly revoked: readonly { readonly serial: string; readonly at: Date }[]
}

/** Makes and reads keys. */
export interface Keys {
  /** A new private key, PKCS#8 PEM. */
  create(type: KeyType): Promise<string>
  /** Throws when the PEM text is no private key. */
  publicKeyOf(privateKey: string): PublicKey
  /**
   * The public key of a CSR, PEM or DER, that is signed with its private key. Throws the refusal `csr-malformed` when
   * the CSR is unreadable, its key too weak or its signature wrong.
   */
  publicKeyOfCsr(csr: Uint8Array): Promise<PublicKey>
  /** Null for a kind that is never made here. */
  typeOf(publicKey: PublicKey): KeyType | null
}

/** Reads PEM texts; each function returns null for a text that is no certificate or no key. */
export interface CertificateReader {
  read(pem: string): Certificate | null
  describe(pem: string): CertificateDetails | null
  describeKey(pem: string): KeyDetails | null
  /** Kind and size or curve of a certificate's key, such as `ec prime256v1` and `rsa 2048`. */
  keyTypeOf(pem: string): string | null
  /** The first certificate, or the key as PKCS#8. */
  derOf(pem: string): Uint8Array | null
}

/** Key, certificate and root as PKCS#12; `certificates` is PEM, the leaf first. Rejects when a text cannot be read. */
export type MakePkcs12 = (
  name: string,
  key: string,
  certificates: string,
  password: string,
) => Promise<Buffer>

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

/** What users see of a key. */
export interface KeyDetails {
  /** The length of the modulus (RSA) or the curve (EC), in bits. */
  readonly bits: number
  /** PEM: PKCS#1 for RSA, PKCS#8 for EC. */
  readonly privateKey: string
  /** PEM: PKCS#1 for RSA, SubjectPublicKeyInfo for EC. */
  readonly publicKey: string
}

/**
 * `<working directory>/certs/<hierarchy>/<file>`, where file is `<name>.pem` or `<name>.key`. All methods throw the
 * system's errors.
 */
export interface CertificateFiles {
  pathOf(hierarchy: Hierarchy, file: string): string
  /** Names of files, sorted. */
  list(hierarchy: Hierarchy): Promise<readonly string[]>
  /** Null when there is no such file. */
  read(hierarchy: Hierarchy, file: string): Promise<string | null>
  /** Replaces the files of a name. Even after a crash, no key lies beside another key's certificate. */
  replace(
    hierarchy: Hierarchy,
    name: string,
    files: { certificate: string; key: string | null },
  ): Promise<void>
}

/** One line for each device certificate issued or revoked. All methods throw the system's errors. */
export interface DeviceJournal {
  /** Resolves when the entry is flushed to the disk. */
  append(entry: DeviceJournalEntry): Promise<void>
  /** All entries, oldest first. */
  read(): Promise<readonly DeviceJournalEntry[]>
}

/** A device certificate that was issued or revoked. */
export interface DeviceJournalEntry {
  readonly event: 'issued' | 'revoked'
  /** ISO 8601. */
  readonly at: string
  readonly name: string
  readonly serial: string
  readonly notAfter: string
  /** Set for a certificate that was issued to test servers with. */
  readonly profile?: ProfileName
}

/**
 * The admin's certificate, root and key in one file, PEM, which this user alone may read. All methods throw the system's
 * errors.
 */
export interface AdminFile {
  readonly path: string
  /** Null when there is none. */
  read(): Promise<string | null>
  /** Writes the file; with `ifAbsent`, a file that another process has made meanwhile stays. */
  replace(pem: string, ifAbsent: boolean): Promise<void>
}

/** The certificate of a root, which is replaced when it is renewed. */
export interface RootFile {
  /** Moves the old one to `certs/replaced/`. Throws the system's error. */
  replace(hierarchy: Hierarchy, pem: string): Promise<void>
}
