import { X509Certificate } from 'node:crypto'
import { readSettingFile } from '@pushav/shared/setting-file.ts'
import { UnusableSetting } from '@pushav/shared/settings.ts'

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** The roots in a PEM file. Throws an `UnusableSetting` that says what is wrong with it. */
export async function readClientRoots(path: string): Promise<string> {
  const text = await readSettingFile('CLIENT_CA', path)
  const roots = [...text.matchAll(block)].map(([pem], at) => rootOf(pem, `${path}, certificate ${at + 1}`))
  if (roots.length === 0) throw new UnusableSetting(`CLIENT_CA: ${path} holds no certificate in PEM`)
  return roots.join('')
}

function rootOf(pem: string, name: string): string {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch (cause) {
    throw new UnusableSetting(`CLIENT_CA: ${name} cannot be read`, { cause })
  }
  if (!certificate.ca) throw new UnusableSetting(`CLIENT_CA: ${name} is not a CA certificate`)
  return certificate.toString()
}
