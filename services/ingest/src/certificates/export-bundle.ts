import { Refusal } from '../lib/refusal.ts'
import { parseCertificateName } from './certificate-name.ts'
import type { CertificateFiles, MakePkcs12 } from './ports.ts'

/**
 * A device's key, certificate and root as PKCS#12. Throws the refusals `certificate-name-malformed` and
 * `certificate-unknown`, the latter also where the device kept its key.
 */
export type ExportBundle = (name: string, password: string) => Promise<Buffer>

export function exportBundleWith(files: CertificateFiles, makePkcs12: MakePkcs12): ExportBundle {
  return async function exportBundle(text, password) {
    const name = parseCertificateName(text)
    const [certificate, key] = await Promise.all([
      files.read('device', `${name}.pem`),
      files.read('device', `${name}.key`),
    ])
    if (!certificate || !key)
      throw new Refusal('certificate-unknown', `this server has no certificate of ${name} with its key`)
    return makePkcs12(name, key, certificate, password)
  }
}
