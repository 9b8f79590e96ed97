/** A resource record as it was received. */
export interface DnsRecord {
  readonly name: string
  readonly type: 'A' | 'PTR' | 'TXT' | 'AAAA' | 'SRV' | number
  readonly ttl: number
  /** A, AAAA: the address; PTR: the name; SRV: `host:port`; others: hexadecimal. */
  readonly data: string
}

const types: Record<number, DnsRecord['type']> = { 1: 'A', 12: 'PTR', 16: 'TXT', 28: 'AAAA', 33: 'SRV' }

/** Parses all records of a response. Returns none for a query. */
export function recordsIn(message: Buffer): DnsRecord[] {
  if ((message.readUInt16BE(2) & 0x8000) === 0) return []
  let at = 12
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) at = nameAt(message, at).end + 4
  const count = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10)
  return Array.from({ length: count }, () => {
    const { name, end } = nameAt(message, at)
    const type = types[message.readUInt16BE(end)] ?? message.readUInt16BE(end)
    const length = message.readUInt16BE(end + 8)
    at = end + 10 + length
    return { name, type, ttl: message.readUInt32BE(end + 4), data: dataAt(message, type, end + 10, length) }
  })
}

/** The bytes of a query for the instances of a service (PTR). */
export function queryFor(service: string): Buffer {
  const name = service.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`))
  return Buffer.concat([
    Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...name,
    Buffer.from([0, 0, 12, 0, 1]),
  ])
}

function nameAt(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = []
  for (let at = start; ; ) {
    const length = message.readUInt8(at)
    if (length === 0) return { name: labels.join('.'), end: at + 1 }
    if (length >= 0xc0) {
      const rest = nameAt(message, message.readUInt16BE(at) & 0x3fff).name
      return { name: [...labels, rest].join('.'), end: at + 2 }
    }
    labels.push(message.toString('utf8', at + 1, at + 1 + length))
    at += 1 + length
  }
}

function dataAt(message: Buffer, type: DnsRecord['type'], at: number, length: number): string {
  const bytes = message.subarray(at, at + length)
  if (type === 'A') return bytes.join('.')
  if (type === 'AAAA') return (bytes.toString('hex').match(/.{4}/g) ?? []).join(':')
  if (type === 'PTR') return nameAt(message, at).name
  if (type === 'SRV') return `${nameAt(message, at + 6).name}:${message.readUInt16BE(at + 4)}`
  return bytes.toString('hex')
}
