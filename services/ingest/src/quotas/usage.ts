/** What is stored of one stream, and of each device in it. */
export interface StreamUsage {
  /** Fingerprint of the certificate it was created with; null for none. */
  readonly creator: string | null
  readonly uploads: number
  readonly bytes: number
  /** By fingerprint. */
  readonly devices: ReadonlyMap<string, Amount>
}

/** What counts against a quota. */
export interface Amount {
  readonly uploads: number
  readonly bytes: number
}

interface DeviceAmount extends Amount {
  readonly streams: number
}

/** What is stored, in sums that change with each stream, so that no check has to add anything up. */
export interface Usage {
  of(stream: string): StreamUsage | undefined
  put(stream: string, usage: StreamUsage): void
  forget(stream: string): void
  streams(): readonly string[]
  inAll(): DeviceAmount
  /** What all certificates of a key have stored; a certificate whose key is not known is found by its fingerprint. */
  ofDevice(key: string): DeviceAmount
  /** Counts what came with a certificate towards its key; `key` is a hash. */
  learnKey(fingerprint: string, key: string): void
  hasKey(fingerprint: string): boolean
}

const nothing: DeviceAmount = { uploads: 0, bytes: 0, streams: 0 }

export function createUsage(): Usage {
  const streams = new Map<string, StreamUsage>()
  /** By hash of the key, or by fingerprint where the key is not known. */
  const devices = new Map<string, DeviceAmount>()
  const keys = new Map<string, string>()
  let all = nothing
  return {
    of: (stream) => streams.get(stream),
    put(stream, usage) {
      forget(stream)
      streams.set(stream, usage)
      add(usage, 1)
    },
    forget,
    streams: () => [...streams.keys()],
    inAll: () => all,
    ofDevice: (key) => devices.get(key) ?? nothing,
    learnKey(fingerprint, key) {
      if (keys.has(fingerprint)) return
      const counted = devices.get(fingerprint)
      if (counted) addToDevice(fingerprint, counted, -1)
      keys.set(fingerprint, key)
      if (counted) addToDevice(fingerprint, counted, 1)
    },
    hasKey: (fingerprint) => keys.has(fingerprint),
  }

  function forget(stream: string): void {
    const usage = streams.get(stream)
    if (usage && streams.delete(stream)) add(usage, -1)
  }

  function add({ creator, uploads, bytes, devices: sent }: StreamUsage, by: 1 | -1): void {
    all = plus(all, { uploads, bytes, streams: 1 }, by)
    for (const [fingerprint, amount] of sent) addToDevice(fingerprint, { ...amount, streams: 0 }, by)
    if (creator !== null) addToDevice(creator, { ...nothing, streams: 1 }, by)
  }

  function addToDevice(fingerprint: string, amount: DeviceAmount, by: 1 | -1): void {
    const device = keys.get(fingerprint) ?? fingerprint
    const sum = plus(devices.get(device) ?? nothing, amount, by)
    if (sum.uploads === 0 && sum.streams === 0) devices.delete(device)
    else devices.set(device, sum)
  }
}

const plus = (a: DeviceAmount, b: DeviceAmount, by: 1 | -1): DeviceAmount => ({
  uploads: a.uploads + by * b.uploads,
  bytes: a.bytes + by * b.bytes,
  streams: a.streams + by * b.streams,
})
