import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CurlResponse, curl, type Identity } from '../../clients/curl.ts'
import { mustRun } from '../../server/run.ts'
import type { Standalone } from '../../server/standalone.ts'

const openssl = (...args: string[]) => mustRun('openssl', args)

/** Arguments of `openssl req -newkey`. */
export const keyKinds = {
  'EC P-256': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'RSA 2048': ['-newkey', 'rsa:2048'],
} as const

/** A device with its own key, which the server never sees, and a certificate for it from the server. */
export async function signedDevice(
  server: Standalone,
  directory: string,
  name: string,
  request: { readonly kind: keyof typeof keyKinds; readonly subject: string },
): Promise<Identity & { readonly response: CurlResponse }> {
  const [key, csr] = [join(directory, `${name}.key`), join(directory, `${name}.csr`)]
  const files = ['-nodes', '-keyout', key, '-out', csr]
  await openssl('req', '-new', ...keyKinds[request.kind], ...files, '-subj', request.subject)
  const json = JSON.stringify({ csr: await readFile(csr, 'utf8') })
  const type = ['-H', 'Content-Type: application/json']
  const response = await curl(server, `/certs/${name}/sign`, [...type, '--data-binary', '@-'], json)
  return { cert: response.json?.cert, key, response }
}

/** A device with a certificate from a CA that the server does not know. */
export async function foreignDevice(directory: string): Promise<Identity> {
  const at = (name: string) => join(directory, name)
  const ec = [...keyKinds['EC P-256'], '-nodes']
  const root = ['-keyout', at('foreign-ca.key'), '-out', at('foreign-ca.pem'), '-subj', '/CN=Foreign CA']
  await openssl('req', '-x509', ...ec, '-days', '2', ...root)
  await openssl(
    'req',
    '-new',
    ...ec,
    '-keyout',
    at('foreign.key'),
    '-out',
    at('foreign.csr'),
    '-subj',
    '/CN=f',
  )
  const issuer = ['-CA', at('foreign-ca.pem'), '-CAkey', at('foreign-ca.key'), '-CAcreateserial']
  await openssl('x509', '-req', '-in', at('foreign.csr'), ...issuer, '-days', '1', '-out', at('foreign.pem'))
  return { cert: at('foreign.pem'), key: at('foreign.key') }
}

/**
 * A device with an expired certificate from the server's own CA. It is signed with the CA key in the working directory.
 */
export async function expiredDevice(server: Standalone, directory: string): Promise<Identity> {
  const at = (name: string) => join(directory, name)
  const root = join(server.workingDirectory, 'certs/device/root')
  const files = ['-keyout', at('expired.key'), '-out', at('expired.csr')]
  await openssl('req', '-new', ...keyKinds['EC P-256'], '-nodes', ...files, '-subj', '/CN=expired')
  await writeFile(at('index.txt'), '')
  const signing = ['-cert', `${root}.pem`, '-keyfile', `${root}.key`, '-md', 'sha256']
  const time = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z']
  const policy = ['-config', at('ca.cnf'), '-in', at('expired.csr'), '-out', at('expired.pem')]
  await writeFile(at('ca.cnf'), caConfig(directory))
  await openssl('ca', '-batch', '-notext', '-extensions', 'leaf', ...policy, ...signing, ...time)
  return { cert: at('expired.pem'), key: at('expired.key') }
}

const caConfig = (directory: string) => `
[ca]
default_ca = here
[here]
database = ${directory}/index.txt
rand_serial = yes
new_certs_dir = ${directory}
policy = any
[any]
commonName = supplied
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
`
