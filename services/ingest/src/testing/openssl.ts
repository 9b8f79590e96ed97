import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** The real openssl; throws with what it said when it fails. */
export function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

const keyKinds = {
  rsa: ['-newkey', 'rsa:2048'],
  rsa1024: ['-newkey', 'rsa:1024'],
  p256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  secp256k1: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
  ed25519: ['-newkey', 'ed25519'],
}

export type CsrKind = keyof typeof keyKinds

/** A new key `<kind>.key` and its CSR `<kind>.csr` in a directory; gives the CSR, PEM. */
export function makeCsr(directory: string, kind: CsrKind, ...more: readonly string[]): string {
  const csr = join(directory, `${kind}.csr`)
  const key = join(directory, `${kind}.key`)
  const subject = more.includes('-subj') ? [] : ['-subj', '/CN=test']
  openssl('req', '-new', ...keyKinds[kind], '-nodes', '-keyout', key, '-out', csr, ...subject, ...more)
  return openssl('req', '-in', csr)
}

/** Two files as the reference's first start leaves them: RSA-2048, traditional key, 20 years. */
export function makeReferenceRoot(directory: string): void {
  const key = join(directory, 'root.key')
  openssl('genrsa', '-traditional', '-out', key, '2048')
  const extensions = [
    'basicConstraints=critical,CA:TRUE,pathlen:0',
    'keyUsage=critical,digitalSignature,keyCertSign,cRLSign',
    'subjectKeyIdentifier=hash',
  ]
  const request = [
    'req',
    '-x509',
    '-new',
    '-key',
    key,
    '-subj',
    '/O=CSA/CN=TC_PAVS root abc',
    '-days',
    '7305',
  ]
  const added = extensions.flatMap((extension) => ['-addext', extension])
  openssl(...request, ...added, '-out', join(directory, 'root.pem'))
}
