import type { InspectionFault } from './inspection.ts'

type ManifestText =
  | { readonly text: string; readonly faults: readonly InspectionFault[] }
  | { readonly text: null; readonly faults: readonly [InspectionFault] }

/**
 * The text of a manifest from its bytes: of an MPD in the encoding that its byte order mark or its XML
 * declaration names (XML 1.0, 4.3.3 and appendix F), of a playlist UTF-8 (RFC 8216, 4.1). Never throws: bytes
 * that are not what is said of them are a fault.
 */
export function decodeManifest(bytes: Buffer, kind: 'mpd' | 'playlist'): ManifestText {
  return kind === 'mpd' ? decodeXml(bytes) : decodePlaylist(bytes)
}

/** A manifest as text for a person to read. */
export interface ReadableManifest {
  readonly text: string
  /** The encoding in which the text was read, such as `utf-16le`. */
  readonly encoding: string
}

/**
 * The text of a manifest as far as it can be read, in the encoding of its byte order mark, its bytes or its XML
 * declaration, otherwise UTF-8. Bytes that are not in that encoding become U+FFFD. Lines are those of `decodeManifest`.
 */
export function readableManifest(bytes: Buffer, kind: 'mpd' | 'playlist'): ReadableManifest {
  const unicode = markOf(bytes) ?? (kind === 'mpd' ? wideStartOf(bytes) : null)
  const declared = kind === 'mpd' && unicode === null ? declaredIn(bytes, null) : null
  if (declared !== null && (isLatin1(declared) || isAscii(declared)))
    return { text: bytes.toString('latin1'), encoding: declared.toLowerCase() }
  const isKnown = declared !== null && !isWide(declared) && decoderOf(declared) !== null
  const decoder = new TextDecoder(unicode ?? (isKnown ? declared : 'utf-8'))
  return { text: decoder.decode(bytes), encoding: decoder.encoding }
}

const marks = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
] as const

/** `<` in UTF-16 without byte order mark. */
const wideStarts = [
  ['3c00', 'utf-16le'],
  ['003c', 'utf-16be'],
] as const

type Unicode = (typeof marks)[number][1]

const markOf = (bytes: Buffer): Unicode | null =>
  marks.find(([mark]) => bytes.toString('hex', 0, mark.length / 2) === mark)?.[1] ?? null

function wideStartOf(bytes: Buffer): Unicode | null {
  const start = bytes.toString('hex', 0, 2)
  return wideStarts.find(([wide]) => wide === start)?.[1] ?? null
}

function decodePlaylist(bytes: Buffer): ManifestText {
  const mark = markOf(bytes)
  if (mark !== null && mark !== 'utf-8') {
    return none('playlist-malformed', `expected a playlist in UTF-8, its byte order mark says ${names[mark]}`)
  }
  const text = decode(bytes, utf8)
  if (typeof text !== 'string') {
    return none('playlist-malformed', `expected a playlist in UTF-8, ${describe(text)}`)
  }
  const message = 'expected a playlist in UTF-8 without byte order mark, received one'
  return { text, faults: mark === null ? [] : [{ code: 'playlist-malformed', message }] }
}

const names = { 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16LE', 'utf-16be': 'UTF-16BE' } as const

function decodeXml(bytes: Buffer): ManifestText {
  const mark = markOf(bytes)
  const unicode = mark ?? wideStartOf(bytes)
  const declared = declaredIn(bytes, unicode)
  if (unicode !== null && declared !== null && !agrees(declared, unicode)) {
    const source = mark === null ? 'its bytes are' : 'its byte order mark says'
    return none('mpd-malformed', `expected text in ${declared} as it declares, ${source} ${names[unicode]}`)
  }
  const encoding = declared !== null && unicode === null ? decoderOf(declared) : unicodeDecoder(unicode)
  if (encoding === null) {
    return none(
      'manifest-encoding-unknown',
      `expected an encoding that this server can read; the MPD declares ${declared} and was not looked into`,
    )
  }
  const text = decode(bytes, encoding)
  if (typeof text === 'string') return { text, faults: [] }
  const reason = mark === null ? (declared === null ? '' : ' as it declares') : ' as its byte order mark says'
  return none(
    'mpd-malformed',
    `expected text in ${declared ?? names[unicode ?? 'utf-8']}${reason}, ${describe(text)}`,
  )
}

/** The encoding in the XML declaration; null without one. */
function declaredIn(bytes: Buffer, unicode: Unicode | null): string | null {
  const head = bytes.subarray(0, maxDeclaration).toString('latin1')
  const text = unicode === null || unicode === 'utf-8' ? head : head.replaceAll('\0', '')
  const [declaration] = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?<\?xml\s[^>]*\?>/.exec(text) ?? []
  return /\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,39})["']/.exec(declaration ?? '')?.[1] ?? null
}

const maxDeclaration = 512

/** Whether a declaration and the bytes speak of one encoding; UTF-16 leaves the order of bytes open. */
function agrees(declared: string, unicode: Unicode): boolean {
  const name = declared.toLowerCase().replace('utf16', 'utf-16').replace('utf8', 'utf-8')
  if (unicode === 'utf-8') return name === 'utf-8'
  return ['utf-16', 'iso-10646-ucs-2', 'ucs-2', unicode].includes(name)
}

interface Encoding {
  /** The text of bytes that follow each other; throws for bytes that are none of this encoding. */
  decode(bytes: Buffer, isLast: boolean): string
}

const withTextDecoder = (label: string) => (): Encoding => {
  const decoder = new TextDecoder(label, { fatal: true })
  return { decode: (bytes, isLast) => decoder.decode(bytes, { stream: !isLast }) }
}

const utf8 = withTextDecoder('utf-8')
const unicodeDecoder = (unicode: Unicode | null) => withTextDecoder(unicode ?? 'utf-8')

/** What TextDecoder takes for windows-1252: in ISO-8859-1 each byte is the character of its number. */
const latin1 = () => ({ decode: (bytes: Buffer) => bytes.toString('latin1') })

const ascii = () => ({
  decode(bytes: Buffer): string {
    if (bytes.some((byte) => byte > 0x7f)) throw new RangeError('a byte above 127')
    return bytes.toString('latin1')
  },
})

/** Null for an encoding that Node does not have, and for UTF-16 although each character has one byte. */
function decoderOf(declared: string): (() => Encoding) | null {
  if (isLatin1(declared)) return latin1
  if (isAscii(declared)) return ascii
  if (isWide(declared)) return notWide
  try {
    new TextDecoder(declared, { fatal: true })
    return withTextDecoder(declared)
  } catch {
    return null
  }
}

const isLatin1 = (name: string): boolean => /^(iso[-_]8859-1|latin1)$/i.test(name)
const isAscii = (name: string): boolean => /^(us-)?ascii$/i.test(name)
const isWide = (name: string): boolean => /^(utf-?16|ucs-2|iso-10646)/i.test(name)

const notWide = () => ({
  decode(): string {
    throw new RangeError('one byte for each character')
  },
})

/** Bytes that are not in their encoding: somewhere in this range. */
interface Undecodable {
  readonly from: number
  readonly to: number
}

const describe = ({ from, to }: Undecodable): string =>
  `the bytes from ${from} to ${to} are not in that encoding`

/** Small, so that a fault says where. */
const pieceBytes = 64

function decode(bytes: Buffer, newEncoding: () => Encoding): string | Undecodable {
  try {
    return newEncoding().decode(bytes, true)
  } catch {
    return undecodableIn(bytes, newEncoding())
  }
}

function undecodableIn(bytes: Buffer, encoding: Encoding): Undecodable {
  for (let from = 0; ; from += pieceBytes) {
    const to = Math.min(from + pieceBytes, bytes.length)
    try {
      encoding.decode(bytes.subarray(from, to), to === bytes.length)
    } catch {
      return { from, to }
    }
    if (to === bytes.length) return { from: 0, to }
  }
}

const none = (code: InspectionFault['code'], message: string): ManifestText => ({
  text: null,
  faults: [{ code, message }],
})
