import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { type CertificateExtension, generate } from 'selfsigned'

const run = promisify(execFile)

/** PEM of a certificate and its key. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

type Purpose = 'clientAuth' | 'serverAuth' | 'none'

const day = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * day)

const caExtensions: CertificateExtension[] = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
]

async function makeRoot(name: string): Promise<Identity> {
  const options = { keyType: 'ec', algorithm: 'sha256', extensions: caExtensions } as const
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    ...options,
    notBeforeDate: inDays(-30),
    notAfterDate: inDays(30),
  })
  return { cert, key }
}

export async function makeLeaf(
  ca: Identity,
  name: string,
  purpose: Purpose = 'clientAuth',
  [from, to]: readonly [number, number] = [-1, 1],
): Promise<Identity> {
  const extensions: CertificateExtension[] = [{ name: 'basicConstraints', cA: false }]
  if (purpose !== 'none') extensions.push({ name: 'extKeyUsage', [purpose]: true })
  extensions.push({
    name: 'subjectAltName',
    altNames: [
      { type: 2, value: 'localhost' },
      { type: 7, ip: '127.0.0.1' },
    ],
  })
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca,
    extensions,
    notBeforeDate: inDays(from),
    notAfterDate: inDays(to),
  })
  return { cert, key }
}

/** Makes a leaf with OpenSSL. `extensions` are lines of an OpenSSL configuration. */
export async function makeOddLeaf(
  ca: Identity,
  name: string,
  extensions: readonly string[],
): Promise<Identity> {
  await using directory = await temporaryDirectory()
  const file = (name: string) => join(directory.path, name)
  await writeFile(file('ca.pem'), ca.cert)
  await writeFile(file('ca.key'), ca.key)
  await writeFile(file('extensions'), extensions.join('\n'))
  const subject = ['-utf8', '-subj', `/CN=${name}`]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('leaf.key')]
  await run('openssl', ['req', '-new', ...key, ...subject, '-out', file('leaf.csr')])
  const signing = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-days', '1', '-set_serial', '0x4711']
  const sign = ['x509', '-req', '-in', file('leaf.csr'), ...signing, '-extfile', file('extensions')]
  const { stdout: cert } = await run('openssl', sign)
  return { cert, key: await readFile(file('leaf.key'), 'utf8') }
}

/** The certificates of all tests, made once in each process. */
export const pki = makePki()

async function makePki() {
  const serverRoot = await makeRoot('server root')
  const deviceRoot = await makeRoot('device root')
  const otherRoot = await makeRoot('other root')
  const forgedRoot = await makeRoot('device root')
  return {
    serverRoot,
    deviceRoot,
    otherRoot,
    server: await makeLeaf(serverRoot, 'localhost', 'serverAuth'),
    device: await makeLeaf(deviceRoot, 'camera 1'),
    secondDevice: await makeLeaf(deviceRoot, 'camera 2'),
    foreign: await makeLeaf(otherRoot, 'stranger'),
    forged: await makeLeaf(forgedRoot, 'camera 1'),
    selfSigned: await makeRoot('self'),
    expired: await makeLeaf(deviceRoot, 'old camera', 'clientAuth', [-3, -1]),
    future: await makeLeaf(deviceRoot, 'early camera', 'clientAuth', [1, 3]),
    serverOnly: await makeLeaf(deviceRoot, 'a server', 'serverAuth'),
    withoutPurpose: await makeLeaf(deviceRoot, 'plain camera', 'none'),
    anyPurpose: await makeOddLeaf(deviceRoot, 'any camera', ['extendedKeyUsage=anyExtendedKeyUsage']),
    bothPurposes: await makeOddLeaf(deviceRoot, 'dual camera', ['extendedKeyUsage=serverAuth,clientAuth']),
    unknownCritical: await makeOddLeaf(deviceRoot, 'odd camera', [
      'extendedKeyUsage=clientAuth',
      '1.2.840.113556.1.4.7000=critical,DER:0500',
      '1.2.3.4=DER:0500',
    ]),
    unknownUncritical: await makeOddLeaf(deviceRoot, 'rare camera', [
      'extendedKeyUsage=critical,clientAuth',
      '1.2.3.4=DER:0500',
    ]),
  }
}
