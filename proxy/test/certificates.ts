import { type CertificateExtension, generate } from 'selfsigned'

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

/** Made once per test run. */
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
    anyPurpose: await makeLeaf(deviceRoot, 'plain camera', 'none'),
  }
}
