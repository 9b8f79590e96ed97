import type { Device } from '@pushav/shared/identity.ts'
import { createLru } from '@pushav/shared/lib/lru.ts'
import { hashOfKey } from '../access/key-of-creator.ts'
import type { Certificate } from '../certificates/certificate.ts'
import type { CertificateDetails } from '../certificates/ports.ts'
import { CertificateAbsent } from '../uploads/ports.ts'
import type { Usage } from './usage.ts'

/** Fingerprints without a stored certificate that are remembered; others are asked for again. */
const maxAbsent = 16_384
/** How long one is not asked for again; another ingest process may store it meanwhile. */
const absentMs = 600_000

interface DeviceKeysDeps {
  readonly usage: Pick<Usage, 'hasKey' | 'learnKey'>
  /** A certificate that a client has shown, by its fingerprint. Throws `CertificateAbsent` where it is not stored. */
  readonly details: (fingerprint: string) => Promise<CertificateDetails | null>
  readonly read: (pem: string) => Certificate | null
  readonly nowMs: () => number
}

/** Teaches `Usage` which key each certificate has: a device is its key, which a renewal keeps. */
export interface DeviceKeys {
  /** Hash of the key of a certificate that a client shows. Reads each certificate once. */
  of(device: Device): string
  /**
   * Reads the stored certificate of a fingerprint. One that is not stored counts as a device of its own, and is asked for
   * again ten minutes later; one that cannot be read now, the next time. Never rejects.
   */
  readStored(fingerprint: string): Promise<void>
}

export function deviceKeysWith({ usage, details, read, nowMs }: DeviceKeysDeps): DeviceKeys {
  const known = new WeakMap<Device, string>()
  /** When the certificate of a fingerprint is asked for again. */
  const absentUntil = createLru<string, number>(maxAbsent)
  return {
    of(device) {
      const found = known.get(device)
      if (found !== undefined) return found
      const key = learn(device.fingerprint, pemOf(device.certificate)) ?? device.fingerprint
      known.set(device, key)
      return key
    },
    async readStored(fingerprint) {
      if (usage.hasKey(fingerprint) || nowMs() < (absentUntil.get(fingerprint) ?? 0)) return
      try {
        const stored = await details(fingerprint)
        if (stored === null || learn(fingerprint, stored.pem) === null) noteAbsent(fingerprint)
      } catch (error) {
        if (error instanceof CertificateAbsent) noteAbsent(fingerprint)
      }
    },
  }

  function noteAbsent(fingerprint: string): void {
    absentUntil.set(fingerprint, nowMs() + absentMs)
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
