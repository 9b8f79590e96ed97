import { randomBytes } from 'node:crypto'
import forge from 'node-forge'
import { generate } from 'selfsigned'
import type { Pair } from '../certificate.ts'
import { rootValidity } from '../leaf-policy.ts'

/** A new CA: RSA-3072, issues leaves only. */
export async function createRoot(now: Date): Promise<Pair> {
  const { notBefore, notAfter } = rootValidity(now)
  const name = [
    { name: 'organizationName', value: 'CSA' },
    { name: 'commonName', value: `TC_PAVS root ${randomBytes(8).toString('hex')}` },
  ]
  const made = await generate(name, {
    keyType: 'rsa',
    keySize: 3072,
    algorithm: 'sha256',
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { certificate: withSubjectKeyIdentifier(made.cert, made.private), key: made.private }
}

/** Strict clients refuse a root without one, and selfsigned cannot add it. */
function withSubjectKeyIdentifier(pem: string, key: string): string {
  const certificate = forge.pki.certificateFromPem(pem)
  certificate.setExtensions([...certificate.extensions, { name: 'subjectKeyIdentifier' }])
  certificate.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n')
}
