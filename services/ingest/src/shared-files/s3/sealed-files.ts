import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { RecordChanged } from '../../uploads/ports.ts'
import { bodyOf, type ObjectStore, readObject } from '../../uploads/s3/object-store.ts'
import type { SharedFiles } from '../ports.ts'
import { deriveKey, seal, unseal } from '../seal.ts'

const keyName = 'shared/key.json'
const saltBytes = 16
const check = 'push-av-server'
/** The cost of scrypt: 128 MiB of memory and half a second at each start. */
const defaultCost = 131_072
const maxCost = 1_048_576

/** What the key of this server's files follows from, beside the passphrase. */
const storedKey = z.object({
  /** Base64. */
  salt: z.string(),
  cost: z.number().int().min(2).max(maxCost),
  /** A known text, sealed, base64: another passphrase does not open it. */
  check: z.string(),
})

/**
 * The key that seals the files below a prefix. The first machine that starts makes its salt, in one step of the
 * store; the others read that. Throws, in words, where the passphrase is another one, and `Unavailable`.
 */
export async function agreeOnKey(
  store: ObjectStore,
  passphrase: string,
  cost = defaultCost,
): Promise<Buffer> {
  const salt = randomBytes(saltBytes)
  const stored = await readObject(store, keyName)
  if (stored !== null) return keyFrom(stored, passphrase)
  const key = await deriveKey(passphrase, salt, cost)
  const facts = { salt: salt.toString('base64'), cost, check: seal(key, keyName, check).toString('base64') }
  if (await store.create(keyName, Buffer.from(JSON.stringify(facts)))) return key
  const made = await readObject(store, keyName)
  if (made === null) throw new RecordChanged(`${keyName} in the store is gone`)
  return keyFrom(made, passphrase)
}

async function keyFrom(stored: Buffer, passphrase: string): Promise<Buffer> {
  const { salt, cost, check: sealed } = storedKey.parse(JSON.parse(stored.toString()))
  const key = await deriveKey(passphrase, Buffer.from(salt, 'base64'), cost)
  if (unseal(key, keyName, Buffer.from(sealed, 'base64')) === check) return key
  throw new Error(
    'STORE_PASSPHRASE: the certificates below this prefix were sealed with another passphrase; use that one',
  )
}

/** Files as objects of their names, each sealed. An object that does not open was changed behind this server's back. */
export function sealedFiles(store: ObjectStore, key: Buffer): SharedFiles {
  return {
    async read(name) {
      const sealed = await readObject(store, name)
      if (sealed === null) return null
      const text = unseal(key, name, sealed)
      if (text === null) throw new RecordChanged(`${name} in the store was not sealed by this server`)
      return text
    },
    create: (name, text) => store.create(name, seal(key, name, text)),
    replace: (name, text) => store.put(name, bodyOf(seal(key, name, text))),
    async list(folder) {
      const listed = await Array.fromAsync(store.list(folder))
      return listed.map((one) => one.key.slice(folder.length))
    },
    remove: (names) => store.remove(names),
  }
}
