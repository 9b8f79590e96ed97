import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { type KeyType, keyTypes, type PublicKey } from '../certificate.ts'
import type { Keys } from '../ports.ts'
import { publicKeyOfCsr } from './csr.ts'

const generate = promisify(generateKeyPair)

/** Private keys come and go as PKCS#8 PEM. */
export const x509Keys: Keys = {
  async create(type) {
    const privateKey = await newKey(type)
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  },
  publicKeyOf: (privateKey) => spkiOf(createPublicKey(createPrivateKey(privateKey))),
  publicKeyOfCsr,
  typeOf,
}

export const spkiOf = (key: KeyObject): string =>
  key.export({ type: 'spki', format: 'der' }).toString('base64')

async function newKey(type: KeyType): Promise<KeyObject> {
  const [kind = '', size = ''] = type.split('-')
  if (kind === 'rsa') return (await generate('rsa', { modulusLength: Number(size) })).privateKey
  return (await generate('ec', { namedCurve: size.replace('p', 'P-') })).privateKey
}

/** Null for a key of another kind. */
function typeOf(publicKey: PublicKey): KeyType | null {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  const found = modulusLength
    ? `rsa-${modulusLength}`
    : { prime256v1: 'ec-p256', secp384r1: 'ec-p384' }[namedCurve ?? '']
  return keyTypes.find((type) => type === found) ?? null
}
