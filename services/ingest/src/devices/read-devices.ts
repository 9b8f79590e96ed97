import type { DeviceJournalEntry } from '../certificates/ports.ts'
import { Refusal } from '../lib/refusal.ts'
import { inPages } from '../streams/pages.ts'
import type { DeviceCounts, StreamQueries } from '../streams/ports.ts'
import type { ClientCertificates, Journals } from '../uploads/ports.ts'

/** A client certificate that uploads came with, and what it sent to all streams. */
export interface Device {
  readonly counts: DeviceCounts
  /** Ids. */
  readonly streams: readonly string[]
  readonly issuer: string | null
  /** The name under which this server issued it; null where it did not, or not under its name. */
  readonly name: string | null
  readonly isRevoked: boolean
}

export interface Devices {
  /** The one seen last comes first. */
  list(): Promise<readonly Device[]>
  /** When each was seen last, ISO 8601, by fingerprint. */
  lastSeen(): Promise<ReadonlyMap<string, string>>
  /** Throws the refusal `object-unknown`. */
  get(fingerprint: string): Promise<Device>
}

interface DevicesDeps {
  readonly journals: Pick<Journals, 'streams'>
  readonly index: Pick<StreamQueries, 'devices'>
  readonly certificates: Pick<ClientCertificates, 'details'>
  /** What was issued and revoked. */
  readonly history: () => Promise<readonly DeviceJournalEntry[]>
}

/** Streams whose counts are read together. */
const streamsAtOnce = 64

export function readDevicesWith({ journals, index, certificates, history }: DevicesDeps): Devices {
  return { list, lastSeen, get }

  async function list(): Promise<readonly Device[]> {
    const found = await countAll()
    const entries = await history()
    const devices = await Promise.all([...found.values()].map((one) => describe(one, entries)))
    return devices.sort((a, b) => (a.counts.last.at < b.counts.last.at ? 1 : -1))
  }

  async function lastSeen(): Promise<ReadonlyMap<string, string>> {
    const found = await countAll()
    return new Map([...found].map(([fingerprint, { counts }]) => [fingerprint, counts.last.at]))
  }

  async function countAll(): Promise<ReadonlyMap<string, Counted>> {
    const found = new Map<string, Counted>()
    for (const ids of inPages(await journals.streams(), streamsAtOnce)) {
      const counts = await Promise.all(ids.map((id) => index.devices(id)))
      for (const [i, id] of ids.entries()) for (const one of counts[i] ?? []) add(found, id, one)
    }
    return found
  }

  async function get(fingerprint: string): Promise<Device> {
    const device = (await list()).find(({ counts }) => counts.fingerprint === fingerprint)
    if (!device)
      throw new Refusal('object-unknown', `no upload came with a certificate of fingerprint ${fingerprint}`)
    return device
  }

  async function describe(
    { counts, streams }: Counted,
    entries: readonly DeviceJournalEntry[],
  ): Promise<Device> {
    const ofSerial = entries.filter(({ serial }) => serial === counts.last.serial)
    // A certificate whose file is gone or damaged is still a device.
    const details = await certificates.details(counts.fingerprint).catch(() => null)
    return {
      ...{ counts, streams, issuer: details?.issuer ?? null },
      name: ofSerial.find(({ event }) => event === 'issued')?.name ?? null,
      isRevoked: ofSerial.some(({ event }) => event === 'revoked'),
    }
  }
}

interface Counted {
  counts: DeviceCounts
  readonly streams: string[]
}

function add(found: Map<string, Counted>, stream: string, counts: DeviceCounts): void {
  const known = found.get(counts.fingerprint)
  if (!known) return void found.set(counts.fingerprint, { counts, streams: [stream] })
  known.streams.push(stream)
  known.counts = merge(known.counts, counts)
}

const merge = (one: DeviceCounts, other: DeviceCounts): DeviceCounts => ({
  fingerprint: one.fingerprint,
  uploads: one.uploads + other.uploads,
  bytes: one.bytes + other.bytes,
  errors: one.errors + other.errors,
  firstSeen: [one.firstSeen, other.firstSeen].sort()[0] ?? '',
  last: one.last.at > other.last.at ? one.last : other.last,
  addresses: newest(one.addresses, other.addresses),
})

/** Each address with the later of its times. */
function newest(one: DeviceCounts['addresses'], other: DeviceCounts['addresses']): DeviceCounts['addresses'] {
  const later = Object.entries(other).filter(([address, at]) => at > (one[address] ?? ''))
  return { ...one, ...Object.fromEntries(later) }
}
