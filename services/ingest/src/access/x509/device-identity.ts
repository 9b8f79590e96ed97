import { createHash, X509Certificate } from 'node:crypto'
import { normalSerial } from '@pushav/shared/handover.ts'
import type { Device } from '@pushav/shared/identity.ts'
import type { DeviceIdentity, IdentifyDevice } from '../ports.ts'
import { type ForeignRule, isAcceptedBy } from '../subject-rules.ts'

interface IdentifyDeviceDeps {
  /** Whether this server's device CA issued a certificate, PEM. */
  readonly hasIssued: (certificate: string) => boolean
  /** Named in the admin's certificate, and never in one that a client asked for. */
  readonly adminUri: string
  /** For certificates of other roots that the proxy accepts; null lets all of them in. */
  readonly foreignRules: readonly ForeignRule[] | null
}

/** Reads the certificate of a device once for as long as the proxy's requests name the same. */
export function identifyDeviceWith(deps: IdentifyDeviceDeps): IdentifyDevice {
  const known = new WeakMap<Device, DeviceIdentity>()
  return function identifyDevice(device) {
    const found = known.get(device) ?? read(device, deps)
    known.set(device, found)
    return found
  }
}

function read(device: Device, { hasIssued, adminUri, foreignRules }: IdentifyDeviceDeps): DeviceIdentity {
  const certificate = new X509Certificate(Buffer.from(device.certificate, 'base64'))
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
  const subject = (certificate.subject ?? '').split('\n')
  const isOwn = hasIssued(certificate.toString())
  return {
    key: createHash('sha256').update(spki).digest('hex'),
    publicKey: spki.toString('base64'),
    serial: normalSerial(certificate.serialNumber),
    name: isOwn ? (subject.find((one) => one.startsWith('CN='))?.slice('CN='.length) ?? null) : null,
    isAdmin: isOwn && hasUri(certificate, adminUri),
    isAccepted: isOwn || foreignRules === null || isAcceptedBy(foreignRules, device.fingerprint, subject),
  }
}

/** Node writes `URI:…`, and quotes values that could be taken for several. */
const hasUri = ({ subjectAltName }: X509Certificate, uri: string): boolean =>
  (subjectAltName ?? '').split(', ').includes(`URI:${uri}`)
