/** One DER element: its tag, its contents, and the offset of the next element. */
interface Element {
  readonly tag: number
  readonly contents: Buffer
  readonly end: number
}

const tags = { boolean: 0x01, oid: 0x06, sequence: 0x30, extensions: 0xa3 } as const

/** The extensions that OpenSSL processes, which therefore may be critical (RFC 5280 4.2). */
const processed = new Set([
  '1.3.6.1.5.5.7.1.7',
  '1.3.6.1.5.5.7.1.8',
  '1.3.6.1.5.5.7.1.14',
  '1.3.6.1.5.5.7.48.1.5',
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.30',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.33',
  '2.5.29.35',
  '2.5.29.36',
  '2.5.29.37',
  '2.5.29.54',
  '2.16.840.1.113730.1.1',
])

/**
 * The object identifiers of critical extensions that OpenSSL does not process; a certificate that has one must be
 * refused (RFC 5280 4.2). `certificate` is DER that OpenSSL could parse. Returns none where this parser cannot read it.
 */
export function unknownCriticalExtensions(certificate: Buffer): readonly string[] {
  const [body] = childrenOf(elementAt(certificate, 0))
  const extensions = body && childrenOf(body).find(({ tag }) => tag === tags.extensions)
  const [list] = extensions ? childrenOf(extensions) : []
  return (list ? childrenOf(list) : [])
    .filter(isCritical)
    .map((extension) => oidOf(childrenOf(extension)[0]))
    .filter((oid) => oid !== '' && !processed.has(oid))
}

const isCritical = (extension: Element): boolean =>
  childrenOf(extension).some(({ tag, contents }) => tag === tags.boolean && contents[0] !== 0)

function childrenOf({ contents }: Element): Element[] {
  const children: Element[] = []
  for (let at = 0; at < contents.length; ) {
    const child = elementAt(contents, at)
    children.push(child)
    at = child.end
  }
  return children
}

/** An element whose length is wrong takes all bytes that are left. */
function elementAt(der: Buffer, at: number): Element {
  const tag = der[at] ?? 0
  const first = der[at + 1] ?? 0
  const digits = first < 0x80 ? 0 : first & 0x7f
  const start = at + 2 + digits
  const isReadable = digits <= 4 && start <= der.length
  const length = !isReadable ? 0 : digits === 0 ? first : der.readUIntBE(at + 2, digits)
  const end = isReadable && start + length <= der.length ? start + length : der.length
  return { tag, contents: der.subarray(Math.min(start, end), end), end }
}

/** An object identifier such as `2.5.29.37`; empty for an element of another type. */
function oidOf(element: Element | undefined): string {
  if (element?.tag !== tags.oid) return ''
  const arcs: number[] = []
  let arc = 0
  for (const byte of element.contents) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [first = 0, ...others] = arcs
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...others].join('.')
}
