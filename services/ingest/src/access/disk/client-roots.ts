import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** The roots in a PEM file. Throws an error that says what is wrong with it. */
export async function readClientRoots(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new Error(`CLIENT_CA: ${path} cannot be read`, { cause })
  })
  const roots = [...text.matchAll(block)].map(([pem], at) => rootOf(pem, `${path}, certificate ${at + 1}`))
  if (roots.length === 0) throw new Error(`CLIENT_CA: ${path} holds no certificate in PEM`)
  return roots.join('')
}

function rootOf(pem: string, name: string): string {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch (cause) {
    throw new Error(`CLIENT_CA: ${name} cannot be read`, { cause })
  }
  if (!certificate.ca) throw new Error(`CLIENT_CA: ${name} is not a CA certificate`)
  return certificate.toString()
}
