import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { refuseXml, type XmlRefusal } from './xml-limits.ts'

/** An element without its namespace prefix; attribute names keep theirs, entities are decoded. */
export interface Element {
  readonly name: string
  /** Its namespace prefix; absent without one. */
  readonly prefix?: string
  readonly attributes: Readonly<Record<string, string>>
  /** By name, each list in document order, so that a lookup among thousands is fast. */
  readonly children: ReadonlyMap<string, readonly Element[]>
  readonly text: string
}

/** The root element of an untrusted document, or why it cannot be read. Never throws. */
export function readXml(text: string): Element | XmlRefusal {
  const xml = text.replace(/^\uFEFF/, '')
  const refusal = refuseXml(xml)
  if (refusal) return refusal

  // The library's parser is lenient, so its validator goes first; that one accepts a second root after <a/>.
  const valid = XMLValidator.validate(xml)
  if (valid !== true) return malformed(`${valid.err.msg.slice(0, 160)} (line ${valid.err.line})`)
  try {
    const nodes = parser.parse(xml) as ParsedNode[]
    const [root] = elementsOf(nodes)
    return root && nodes.length === 1 ? root : malformed('there is more or less than one root element')
  } catch (error) {
    return malformed(error instanceof Error ? error.message.slice(0, 160) : 'the parser gave up')
  }
}

export const isElement = (read: Element | XmlRefusal): read is Element => 'children' in read

export const childrenOf = (element: Element, name: string): readonly Element[] =>
  element.children.get(name) ?? []

export const childOf = (element: Element, name: string): Element | null =>
  childrenOf(element, name)[0] ?? null

/** A node of the library's parser: one key is the tag's name, `#text` or `#cdata`, another may be `:@`. */
type ParsedNode = Readonly<Record<string, unknown>>

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: '#cdata',
  jPath: false,
})

function elementsOf(nodes: readonly ParsedNode[]): Element[] {
  return nodes.flatMap((node) => {
    const tag = Object.keys(node).find((key) => key !== ':@')
    return tag === undefined || tag.startsWith('#') ? [] : [elementOf(tag, node)]
  })
}

function elementOf(tag: string, node: ParsedNode): Element {
  const nodes = node[tag] as ParsedNode[]
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, string>)
  const colon = tag.indexOf(':')
  return {
    name: tag.slice(colon + 1),
    ...(colon < 0 ? {} : { prefix: tag.slice(0, colon) }),
    attributes: Object.fromEntries(attributes.map(([name, value]) => [name, decodeEntities(value)])),
    children: nodes.length > 0 ? Map.groupBy(elementsOf(nodes), ({ name }) => name) : noChildren,
    text: nodes.map(textOf).join('').trim(),
  }
}

const noChildren: ReadonlyMap<string, readonly Element[]> = new Map()

function textOf(node: ParsedNode): string {
  const section = node['#cdata'] as ParsedNode[] | undefined
  return section ? String(section[0]?.['#text'] ?? '') : decodeEntities(String(node['#text'] ?? ''))
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** Decodes the five entities of XML and character references, once: the result is not decoded again. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:(lt|gt|amp|quot|apos);|#(\d{1,7});|#x([0-9a-fA-F]{1,6});)?/g, decodeOne)
}

function decodeOne(whole: string, name?: string, decimal?: string, hex?: string): string {
  if (name) return entities[name] ?? whole
  const point = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16)
  // Also NaN: an ampersand with nothing known behind it.
  if (!isCharacter(point)) throw new Error('an entity or character reference is unknown')
  return String.fromCodePoint(point)
}

/** XML 1.0, 2.2. */
const isCharacter = (point: number): boolean =>
  [0x9, 0xa, 0xd].includes(point) ||
  (point >= 0x20 && point <= 0xd7ff) ||
  (point >= 0xe000 && point <= 0xfffd) ||
  (point >= 0x1_0000 && point <= 0x10_ffff)

const malformed = (message: string): XmlRefusal => ({
  code: 'mpd-malformed',
  message: `expected well-formed XML: ${message}`,
})
