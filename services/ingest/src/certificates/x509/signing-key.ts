import { createPrivateKey, type webcrypto } from 'node:crypto'

/** Not extractable: from here on the key can sign, and nothing else. */
export function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const key = createPrivateKey(pem)
  const der = key.export({ type: 'pkcs8', format: 'der' })
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[
    key.asymmetricKeyDetails?.namedCurve ?? ''
  ]
  const algorithm = curve === undefined ? rsaSha256 : { name: 'ECDSA', namedCurve: curve }
  return crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

export const signingAlgorithmOf = ({ algorithm }: webcrypto.CryptoKey) =>
  algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : rsaSha256

const rsaSha256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
