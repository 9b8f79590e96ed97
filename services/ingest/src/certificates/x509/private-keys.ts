import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyType } from '../certificate.ts'
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
}

export const spkiOf = (key: KeyObject): string =>
  key.export({ type: 'spki', format: 'der' }).toString('base64')

async function newKey(type: KeyType): Promise<KeyObject> {
  if (type === 'rsa') return (await generate('rsa', { modulusLength: 2048 })).privateKey
  return (await generate('ec', { namedCurve: 'P-256' })).privateKey
}
