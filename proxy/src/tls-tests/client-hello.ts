/** What the first message of a TLS client says (RFC 8446, 4.1.2). */
export interface ClientHello {
  /** The server name (SNI) in lower case; null when the message has none. */
  readonly serverName: string | null
  /** The newest version that the client offers, such as `TLSv1.3`; null when it is none of `versionNames`. */
  readonly newestVersion: string | null
}

/** One TLS record: its header of 5 bytes and 16 KiB. Clients send no longer ClientHello. */
export const maxHelloBytes = 5 + 2 ** 14

const types = { handshake: 22, clientHello: 1, serverName: 0, supportedVersions: 43 } as const
const versionNames: Readonly<Record<number, string>> = {
  772: 'TLSv1.3',
  771: 'TLSv1.2',
  770: 'TLSv1.1',
  769: 'TLSv1',
  768: 'SSLv3',
}

/** Returns `incomplete` until all bytes have arrived; null when they are no ClientHello or a malformed one. */
export function parseClientHello(bytes: Buffer): ClientHello | 'incomplete' | null {
  if (bytes.length === 0) return 'incomplete'
  if (bytes[0] !== types.handshake) return null
  if (bytes.length < 5) return 'incomplete'
  const length = bytes.readUInt16BE(3)
  if (length > maxHelloBytes - 5) return null
  if (bytes.length < 5 + length) return 'incomplete'
  try {
    return parseHandshake(bytes.subarray(5, 5 + length))
  } catch {
    return null
  }
}

/** Throws a RangeError when the message is too short. */
function parseHandshake(message: Buffer): ClientHello | null {
  if (message.readUInt8(0) !== types.clientHello) return null
  const legacyVersion = message.readUInt16BE(4)
  // Behind type, length, version and random come session id, cipher suites and compression methods.
  const afterSession = 38 + 1 + message.readUInt8(38)
  const afterCiphers = afterSession + 2 + message.readUInt16BE(afterSession)
  const afterCompression = afterCiphers + 1 + message.readUInt8(afterCiphers)
  const extensions = extensionsOf(message, afterCompression)
  const name = extensions.get(types.serverName)
  const versions = extensions.get(types.supportedVersions)
  const newest = versions ? Math.max(...numbersIn(versions.subarray(1))) : legacyVersion
  return {
    serverName: name ? serverNameIn(name) : null,
    newestVersion: versionNames[newest] ?? null,
  }
}

function extensionsOf(message: Buffer, start: number): ReadonlyMap<number, Buffer> {
  const extensions = new Map<number, Buffer>()
  for (let at = start + 2; at < message.length; ) {
    const length = message.readUInt16BE(at + 2)
    extensions.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return extensions
}

/** RFC 6066, 3: the extension is a list of names; host names are the only kind. */
function serverNameIn(extension: Buffer): string | null {
  const length = extension.readUInt16BE(3)
  const name = extension
    .subarray(5, 5 + length)
    .toString('latin1')
    .toLowerCase()
  return /^[a-z0-9._-]{1,255}$/.test(name) ? name : null
}

/** The known versions in a list with two bytes each. It may hold made-up values, which test servers (RFC 8701). */
function numbersIn(bytes: Buffer): readonly number[] {
  const numbers = Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readUInt16BE(2 * i))
  return numbers.filter((number) => number in versionNames)
}
