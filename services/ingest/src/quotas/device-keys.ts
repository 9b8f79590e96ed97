import type { Device } from '@pushav/shared/identity.ts'
import { hashOfKey } from '../access/key-of-creator.ts'
import type { Certificate } from '../certificates/certificate.ts'
import type { CertificateDetails } from '../certificates/ports.ts'
import type { Usage } from './usage.ts'

interface DeviceKeysDeps {
  readonly usage: Pick<Usage, 'hasKey' | 'learnKey'>
  /** A certificate that a client has shown, by its fingerprint. Throws where it is not stored. */
  readonly details: (fingerprint: string) => Promise<CertificateDetails | null>
  readonly read: (pem: string) => Certificate | null
}

/** Tells `Usage` which key each certificate has: a device is its key, which a renewal keeps. */
export interface DeviceKeys {
  /** Hash of the key of a certificate that a client shows. Reads each certificate once. */
  of(device: Device): string
  /** Reads the stored certificate of a fingerprint. One that is not stored counts as a device of its own. */
  readStored(fingerprint: string): Promise<void>
}

export function deviceKeysWith({ usage, details, read }: DeviceKeysDeps): DeviceKeys {
  const known = new WeakMap<Device, string>()
  return {
    of(device) {
      const found = known.get(device)
      if (found !== undefined) return found
      const key = learn(device.fingerprint, pemOf(device.certificate)) ?? device.fingerprint
      known.set(device, key)
      return key
    },
    async readStored(fingerprint) {
      if (usage.hasKey(fingerprint)) return
      const stored = await details(fingerprint).catch(() => null)
      if (stored) learn(fingerprint, stored.pem)
    },
  }

  function learn(fingerprint: string, pem: string): string | null {
    const facts = read(pem)
    if (!facts) return null
    const key = hashOfKey(facts.publicKey)
    usage.learnKey(fingerprint, key)
    return key
  }
}

const pemOf = (der: string): string => `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`
