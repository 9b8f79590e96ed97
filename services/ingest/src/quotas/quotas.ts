import type { FoldResult } from '../indexing/fold.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import type { RemovalResult } from '../indexing/removals/fold-removal.ts'
import { Refusal } from '../lib/refusal.ts'
import type { Amount, StreamUsage, Usage } from './usage.ts'

/** How much may be stored; 0 stands for no limit. */
export interface QuotaLimits {
  readonly bytes: number
  readonly uploads: number
  readonly streams: number
  readonly streamBytes: number
  readonly streamUploads: number
  readonly deviceBytes: number
  readonly deviceUploads: number
  readonly deviceStreams: number
}

/** The quota that a refusal names. */
export type QuotaName =
  | 'bytes'
  | 'uploads'
  | 'streams'
  | 'stream-bytes'
  | 'stream-uploads'
  | 'device-bytes'
  | 'device-uploads'
  | 'device-streams'

export const hasQuota = (limits: QuotaLimits): boolean => Object.values(limits).some((limit) => limit > 0)

/** Whether there is a quota for what one device stores or creates. */
export const hasDeviceQuota = ({ deviceBytes, deviceUploads, deviceStreams }: QuotaLimits): boolean =>
  deviceBytes + deviceUploads + deviceStreams > 0

/** The share of an upload that is on its way, or not in the index yet, in the quotas. */
interface Reservation {
  readonly stream: string
  /** Hash of the key of its certificate; null for no certificate. */
  readonly device: string | null
  bytes: number
}

/**
 * Checks against counters in memory, which follow the index. What is on its way is reserved, so that uploads that come
 * together do not pass together. A device is the hash of its key, which a renewal of its certificate keeps; null
 * stands for no certificate.
 */
export interface Quotas {
  /** Throws the refusal `quota-exceeded` where one more upload of so many bytes is over a quota. */
  reserve(stream: string, device: string | null, bytes: number): Reservation
  /** Reserves more bytes. Throws the refusal `quota-exceeded`. */
  grow(reservation: Reservation, bytes: number): void
  /** Releases some of the bytes: the index has them already, as a part of a long request. */
  shrink(reservation: Reservation, bytes: number): void
  release(reservation: Reservation): void
  /** Releases a reservation once the index has that upload. */
  releaseWhenIndexed(upload: string, reservation: Reservation): void
  /** Throws the refusal `quota-exceeded`; disposal ends the reservation of a stream. */
  reserveStream(creator: string | null): Disposable
  /** Counts what came into the index. */
  indexed(stream: string, folded: FoldResult): void
  /** Counts what has gone from the index. */
  removed(stream: string, removal: RemovalResult): void
}

/** Uploads that wait for an index that does not respond; the oldest are released when there are more. */
const maxWaiting = 100_000

export function createQuotas(
  limits: QuotaLimits,
  usage: Usage,
  onRefusal: (
    quota: QuotaName,
    by: { readonly stream: string | null; readonly device: string | null },
  ) => void,
): Quotas {
  const reserved = createReserved()
  const waiting = new Map<string, Reservation>()
  let streamsOnTheirWay = 0

  return {
    reserve(stream, device, bytes) {
      check(stream, device, { uploads: 1, bytes })
      const reservation = { stream, device, bytes }
      reserved.add(reservation, { uploads: 1, bytes })
      return reservation
    },
    grow(reservation, bytes) {
      check(reservation.stream, reservation.device, { uploads: 0, bytes })
      reservation.bytes += bytes
      reserved.add(reservation, { uploads: 0, bytes })
    },
    shrink(reservation, bytes) {
      const fewer = Math.min(bytes, reservation.bytes)
      reservation.bytes -= fewer
      reserved.add(reservation, { uploads: 0, bytes: -fewer })
    },
    release,
    releaseWhenIndexed(upload, reservation) {
      waiting.set(upload, reservation)
      if (waiting.size <= maxWaiting) return
      for (const [oldest] of waiting) return settle(oldest)
    },
    reserveStream(creator) {
      const onTheirWay = streamsOnTheirWay
      assertWithin('streams', limits.streams, usage.inAll().streams + onTheirWay + 1, { device: creator })
      if (creator !== null) {
        const { streams } = usage.ofDevice(creator)
        assertWithin('device-streams', limits.deviceStreams, streams + onTheirWay + 1, { device: creator })
      }
      streamsOnTheirWay++
      return { [Symbol.dispose]: () => void streamsOnTheirWay-- }
    },
    indexed(stream, { stream: known, totals, events }) {
      const judged = events.filter((event) => event.kind === 'judged')
      const before = usage.of(stream)
      const creator = known?.creator ?? null
      usage.put(stream, usageAfter(before, { creator, ...totals }, judged, 1))
      if (waiting.size > 0) for (const { upload } of judged) settle(upload.id)
    },
    removed(stream, { totals, uploads }) {
      const before = usage.of(stream)
      if (before) usage.put(stream, usageAfter(before, { creator: before.creator, ...totals }, uploads, -1))
    },
  }

  function check(stream: string, device: string | null, more: Amount): void {
    const who = { stream, device }
    const all = reserved.inAll
    const used = usage.inAll()
    assertWithin('bytes', limits.bytes, used.bytes + all.bytes + more.bytes, who)
    assertWithin('uploads', limits.uploads, used.uploads + all.uploads + more.uploads, who)
    if (limits.streamBytes + limits.streamUploads > 0) {
      const [known, pending] = [usage.of(stream), reserved.ofStream(stream)]
      assertWithin('stream-bytes', limits.streamBytes, (known?.bytes ?? 0) + pending.bytes + more.bytes, who)
      const uploads = (known?.uploads ?? 0) + pending.uploads + more.uploads
      assertWithin('stream-uploads', limits.streamUploads, uploads, who)
    }
    if (device !== null && limits.deviceBytes + limits.deviceUploads > 0) {
      const [known, pending] = [usage.ofDevice(device), reserved.ofDevice(device)]
      assertWithin('device-bytes', limits.deviceBytes, known.bytes + pending.bytes + more.bytes, who)
      assertWithin(
        'device-uploads',
        limits.deviceUploads,
        known.uploads + pending.uploads + more.uploads,
        who,
      )
    }
  }

  function assertWithin(
    quota: QuotaName,
    limit: number,
    wanted: number,
    { stream = null, device }: { readonly stream?: string | null; readonly device: string | null },
  ): void {
    if (limit === 0 || wanted <= limit) return
    onRefusal(quota, { stream, device })
    throw new Refusal('quota-exceeded', `over the quota of ${sentenceOf(quota, limit)}; nothing was stored`, {
      quota,
      limit,
    })
  }

  function release(reservation: Reservation): void {
    reserved.add(reservation, { uploads: -1, bytes: -reservation.bytes })
  }

  function settle(upload: string): void {
    const reservation = waiting.get(upload)
    if (reservation && waiting.delete(upload)) release(reservation)
  }
}

function sentenceOf(quota: QuotaName, limit: number): string {
  const [first = '', noun] = quota.split('-')
  return noun === undefined ? `${limit} ${first} in all` : `${limit} ${noun} for one ${first}`
}

function usageAfter(
  before: StreamUsage | undefined,
  { creator, uploads, bytes }: Amount & Pick<StreamUsage, 'creator'>,
  changed: readonly JudgedUpload[],
  by: 1 | -1,
): StreamUsage {
  const devices = new Map(before?.devices)
  for (const { upload } of changed) {
    const fingerprint = upload.sender.device?.fingerprint
    if (fingerprint === undefined) continue
    const known = devices.get(fingerprint) ?? { uploads: 0, bytes: 0 }
    const more = upload.parts ? 0 : upload.bytes
    devices.set(fingerprint, { uploads: known.uploads + by, bytes: known.bytes + by * more })
  }
  return { creator, uploads, bytes, devices }
}

/** Sums of what is reserved. */
function createReserved() {
  const streams = new Map<string, Amount>()
  const devices = new Map<string, Amount>()
  let inAll: Amount = { uploads: 0, bytes: 0 }
  return {
    get inAll() {
      return inAll
    },
    ofStream: (stream: string): Amount => streams.get(stream) ?? none,
    ofDevice: (device: string): Amount => devices.get(device) ?? none,
    add({ stream, device }: Reservation, more: Amount): void {
      inAll = plus(inAll, more)
      addTo(streams, stream, more)
      if (device !== null) addTo(devices, device, more)
    },
  }

  function addTo(sums: Map<string, Amount>, key: string, more: Amount): void {
    const sum = plus(sums.get(key) ?? none, more)
    if (sum.uploads === 0) sums.delete(key)
    else sums.set(key, sum)
  }
}

const none: Amount = { uploads: 0, bytes: 0 }

const plus = (a: Amount, b: Amount): Amount => ({ uploads: a.uploads + b.uploads, bytes: a.bytes + b.bytes })
