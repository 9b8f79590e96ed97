import type { Device } from '@pushav/shared/identity.ts'

/** What a client certificate says about its holder. */
export interface DeviceIdentity {
  /** SHA-256 of the public key (SubjectPublicKeyInfo in DER), lower-case hex: the same after a renewal. */
  readonly key: string
  /** SubjectPublicKeyInfo in DER, base64. */
  readonly publicKey: string
  /** Lower-case hex without leading zeros. */
  readonly serial: string
  /** The common name where this server's device CA issued it; null for a certificate of another root. */
  readonly name: string | null
  readonly isAdmin: boolean
  /** Whether its root, and the rules for certificates of other roots, let it in. */
  readonly isAccepted: boolean
}

export type IdentifyDevice = (device: Device) => DeviceIdentity

/** Whose a stream is, and who shares it. */
export interface StreamGrants {
  /** Hash of a public key; null for admins only. */
  readonly owner: string | null
  readonly members: readonly KeyHolder[]
}

/** A client that shares a stream, by its key. */
export interface KeyHolder {
  /** Hash of a public key. */
  readonly key: string
  /** The name of its certificate when it was added; null where none was named. */
  readonly name: string | null
}

/**
 * The grants of streams, one file each beside a stream's journals. All methods throw the system's errors, and
 * `Unavailable` where the files are shared and their place does not respond.
 */
export interface GrantFiles {
  /** Null where nothing is stored. */
  read(stream: string): Promise<StreamGrants | null>
  /** Throws the refusal `stream-unknown` for a stream that is deleted meanwhile. */
  write(stream: string, grants: StreamGrants): Promise<void>
}

/** A token as it is stored: by the hash of its text, which is stored nowhere. */
export interface StoredToken {
  /** SHA-256 of its text, lower-case hex. */
  readonly hash: string
  readonly purpose: 'enrolment' | 'sign-in'
  readonly name: string | null
  /** The role of who signs in; null for an enrolment. */
  readonly role: SessionRole | null
  readonly uses: number
  /** ISO 8601. */
  readonly createdAt: string
  readonly expiresAt: string
}

export type SessionRole = 'viewer' | 'admin'

/**
 * Each token is a folder; each use is a file that only one process can create. All methods throw the system's errors, and
 * `Unavailable` where the files are shared and their place does not respond.
 */
export interface TokenFiles {
  create(token: StoredToken): Promise<void>
  /** Null when there is none of that hash. */
  read(hash: string): Promise<StoredToken | null>
  list(): Promise<readonly (StoredToken & { readonly used: number })[]>
  /** Takes one of the uses; null when none is left. */
  use(token: StoredToken): Promise<number | null>
  /** Gives a use back. */
  release(hash: string, use: number): Promise<void>
  remove(hash: string): Promise<void>
}

/** A browser that signed in; stored by the hash of its cookie. */
export interface BrowserSession {
  readonly hash: string
  readonly role: SessionRole
  readonly name: string | null
  /** ISO 8601. */
  readonly createdAt: string
  readonly expiresAt: string
}

/**
 * The browsers that are signed in. All methods throw the system's errors, and `Unavailable` where the files are shared and
 * their place does not respond.
 */
export interface SessionFiles {
  /** Null when there is none of that hash. */
  read(hash: string): Promise<BrowserSession | null>
  write(session: BrowserSession): Promise<void>
  list(): Promise<readonly BrowserSession[]>
  remove(hash: string): Promise<void>
}

/** A new secret text of 256 bits. */
export type NewSecret = () => string
