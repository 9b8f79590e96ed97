import type { DeviceContact, DeviceCounts } from '../streams/ports.ts'

/** What one device sent to all streams. */
export interface DeviceTotals extends Pick<DeviceCounts, 'fingerprint' | 'uploads' | 'errors' | 'firstSeen'> {
  readonly last: DeviceContact
  /** The newest 16, newest first. */
  readonly addresses: readonly string[]
  /** Ids of the newest 100, newest first. */
  readonly streams: readonly string[]
  readonly streamCount: number
}

/**
 * The counts of all streams, added up by device, so that a read takes no longer when there are more streams. All
 * methods throw `Unavailable` while Redis does not respond.
 */
export interface DeviceIndex {
  /** Takes over what a device has sent to a stream so far. It may be repeated, and late. */
  add(stream: string, counts: DeviceCounts): Promise<void>
  /** Takes a stream out of the totals of its devices. It may be repeated. */
  removeStream(stream: string, fingerprints: readonly string[]): Promise<void>
  /** The device seen last comes first. */
  page(from: number, limit: number): Promise<DevicePage>
  /** Null for a device that is not known. */
  totals(fingerprint: string): Promise<DeviceTotals | null>
  /** When each was seen last, in Unix milliseconds; null for a device that is not known. */
  lastSeen(fingerprints: readonly string[]): Promise<readonly (number | null)[]>
}

interface DevicePage {
  readonly devices: readonly DeviceTotals[]
  /** The number of all devices. */
  readonly total: number
}
