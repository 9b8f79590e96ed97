import type { DeviceJournalEntry } from '../certificates/ports.ts'
import { Refusal } from '../lib/refusal.ts'
import type { ClientCertificates } from '../uploads/ports.ts'
import type { DeviceIndex, DeviceTotals } from './ports.ts'
import type { DeviceSums } from './sum-devices.ts'

/** A client certificate that uploads came with, and what it sent to all streams. */
export interface Device {
  readonly totals: DeviceTotals
  readonly issuer: string | null
  /** The name under which this server issued it; null where it did not, or not under its name. */
  readonly name: string | null
  readonly isRevoked: boolean
}

/**
 * The devices that have sent uploads with a certificate. All methods throw `Unavailable` while Redis does not
 * respond.
 */
export interface Devices {
  /** Devices, those seen last first; `next` is where the list goes on, null at its end. */
  list(from: number, limit: number): Promise<DeviceList>
  /** The time of each device's last upload, ISO 8601; devices without one are left out. */
  lastSeen(fingerprints: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Throws the refusal `object-unknown` for a device that has sent nothing. */
  get(fingerprint: string): Promise<Device>
}

interface DeviceList {
  readonly devices: readonly Device[]
  readonly total: number
  readonly next: number | null
}

export interface DevicesDeps {
  readonly index: Pick<DeviceIndex, 'page' | 'totals' | 'lastSeen'>
  readonly sums: Pick<DeviceSums, 'flush'>
  readonly certificates: Pick<ClientCertificates, 'details'>
  /** What was issued and revoked. */
  readonly history: () => Promise<readonly DeviceJournalEntry[]>
}

export function readDevicesWith({ index, sums, certificates, history }: DevicesDeps): Devices {
  return {
    async list(from, limit) {
      await sums.flush()
      const { devices: found, total } = await index.page(from, limit)
      const next = from + limit < total ? from + limit : null
      return { devices: await describeAll(found), total, next }
    },
    async lastSeen(fingerprints) {
      await sums.flush()
      const times = await index.lastSeen(fingerprints)
      return new Map(fingerprints.flatMap((fingerprint, i) => seenAt(fingerprint, times[i])))
    },
    async get(fingerprint) {
      await sums.flush()
      const found = await index.totals(fingerprint)
      const [device] = await describeAll(found ? [found] : [])
      if (device) return device
      throw new Refusal('object-unknown', `no upload came with a certificate of fingerprint ${fingerprint}`)
    },
  }

  async function describeAll(found: readonly DeviceTotals[]): Promise<readonly Device[]> {
    const bySerial = Map.groupBy(await history(), ({ serial }) => serial)
    return Promise.all(found.map((totals) => describe(totals, bySerial.get(totals.last.serial) ?? [])))
  }

  async function describe(totals: DeviceTotals, entries: readonly DeviceJournalEntry[]): Promise<Device> {
    // A certificate whose file is gone or damaged is still a device.
    const details = await certificates.details(totals.fingerprint).catch(() => null)
    return {
      totals,
      issuer: details?.issuer ?? null,
      name: entries.find(({ event }) => event === 'issued')?.name ?? null,
      isRevoked: entries.some(({ event }) => event === 'revoked'),
    }
  }
}

const seenAt = (fingerprint: string, ms: number | null | undefined): [string, string][] =>
  typeof ms === 'number' ? [[fingerprint, new Date(ms).toISOString()]] : []
