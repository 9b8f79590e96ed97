import { createHash } from 'node:crypto'
import { createKeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { Refusal } from '../lib/refusal.ts'
import type { NewSecret, SessionRole, StoredToken, TokenFiles } from './ports.ts'

/** What a token lets its holder do, once or several times, until it expires. */
interface NewToken {
  readonly purpose: StoredToken['purpose']
  readonly name: string | null
  /** The role of who signs in; without effect for an enrolment. */
  readonly role: SessionRole
  readonly uses: number
  readonly lifeMs: number
}

/** A token that was used once more. */
interface RedeemedToken {
  readonly token: StoredToken
  /** Gives the use back, for a request that failed. */
  release(): Promise<void>
}

/** Tokens to sign in with, and to enrol devices. All methods throw what `TokenFiles` throws. */
export interface Tokens {
  /** Makes a token. Its text is stored nowhere. */
  make(settings: NewToken): Promise<{ readonly text: string; readonly token: StoredToken }>
  /**
   * Throws the refusal `token-invalid` for a token that is unknown, expired, used up or for another purpose or name.
   */
  redeem(text: string, purpose: StoredToken['purpose'], name: string | null): Promise<RedeemedToken>
  list(): Promise<readonly (StoredToken & { readonly used: number })[]>
  /** Removes the token whose hash begins with these digits. Throws the refusal `token-unknown`. */
  remove(id: string): Promise<void>
  /** Whether a token is still there, used up or not. */
  exists(token: StoredToken): Promise<boolean>
  /** Removes all tokens; returns their number. */
  removeAll(): Promise<number>
}

/** Digits of a token's hash that name it. */
const idLength = 16
const maxTokens = 1_000

export const idOfToken = ({ hash }: Pick<StoredToken, 'hash'>): string => hash.slice(0, idLength)

export const hashOfSecret = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Tokens that are stored as hashes. One that has expired is removed when another one is made. */
export function tokensWith(files: TokenFiles, newSecret: NewSecret, now: () => Date): Tokens {
  const runExclusively = createKeyedMutex()
  return {
    make: (settings) => runExclusively('', () => make(settings)),
    redeem,
    list,
    remove,
    exists,
    removeAll,
  }

  async function make({ purpose, name, role, uses, lifeMs }: NewToken) {
    const tokens = await list()
    if (tokens.length >= maxTokens)
      throw new Refusal('busy', `there are ${maxTokens} tokens already; delete some of them`)
    const text = newSecret()
    const token: StoredToken = {
      hash: hashOfSecret(text),
      purpose,
      name,
      role: purpose === 'sign-in' ? role : null,
      uses,
      createdAt: now().toISOString(),
      expiresAt: new Date(now().getTime() + lifeMs).toISOString(),
    }
    await files.create(token)
    return { text, token }
  }

  async function redeem(text: string, purpose: StoredToken['purpose'], name: string | null) {
    const token = await files.read(hashOfSecret(text))
    if (!token || token.purpose !== purpose) throw invalid(`this server has no such ${purpose} token`)
    if (isExpired(token)) throw invalid(`it expired at ${token.expiresAt}`)
    if (name !== null && token.name !== null && token.name.toLowerCase() !== name.toLowerCase())
      throw invalid('it is for another name')
    const use = await files.use(token)
    if (use === null) throw invalid('it has been used up')
    return { token, release: () => files.release(token.hash, use) }
  }

  async function list() {
    const tokens = await files.list()
    const expired = tokens.filter(isExpired)
    for (const { hash } of expired) await files.remove(hash)
    return tokens.filter((token) => !expired.includes(token))
  }

  async function remove(id: string): Promise<void> {
    const found = (await files.list()).find((token) => idOfToken(token) === id)
    if (!found) throw new Refusal('token-unknown', `there is no token ${id}`)
    await files.remove(found.hash)
  }

  async function exists({ hash }: StoredToken): Promise<boolean> {
    return (await files.read(hash)) !== null
  }

  async function removeAll(): Promise<number> {
    const tokens = await files.list()
    for (const { hash } of tokens) await files.remove(hash)
    return tokens.length
  }

  function isExpired({ expiresAt }: StoredToken): boolean {
    return now().getTime() >= Date.parse(expiresAt)
  }
}

const invalid = (why: string) => new Refusal('token-invalid', `the token is not accepted: ${why}`)
