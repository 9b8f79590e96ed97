import { delimitedSpans } from './delimited-spans.ts'
import { readDoctype } from './doctype.ts'
import { decodeEntities, UnknownReference } from './entities.ts'

/** An element without its namespace prefix; attribute names keep theirs, entities are decoded. */
export interface Element {
  readonly name: string
  /** The namespace prefix of the name; absent without one. */
  readonly prefix?: string
  readonly attributes: Readonly<Record<string, string>>
  /** By name, each list in document order, so that a lookup among thousands is fast. */
  readonly children: ReadonlyMap<string, readonly Element[]>
  readonly text: string
}

/** Text that is not well-formed, and where. */
export class XmlMalformed extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

const nameStart =
  ':_A-Za-z\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}'
/** XML 1.0, 2.3. */
const name = `[${nameStart}][${nameStart}\\-.0-9\\xb7\\u0300-\\u036f\\u203f\\u2040]*`
const startOf = new RegExp(`<(${name})`, 'uy')
const attribute = new RegExp(
  `[ \\t\\r\\n]+(${name})[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"([^"<]*)"|'([^'<]*)')`,
  'uy',
)
const endOfStart = /[ \t\r\n]*(\/?)>/y
const endTag = new RegExp(`</(${name})[ \\t\\r\\n]*>`, 'uy')

/** An element that is being read. */
interface OpenElement {
  readonly tag: string
  readonly element: Omit<Element, 'text' | 'children'> & { text: string; children: Map<string, Element[]> }
}

/**
 * The root element of a document that `refuseXml` lets pass: it declares no entities, its comments,
 * sections and instructions end, and it is within the limits. Throws XmlMalformed for what is not well-formed.
 */
export function parseXml(text: string): Element {
  const open: OpenElement[] = []
  let root: Element | null = null
  let at = 0
  for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', at)) {
    addText(text.slice(at, start), at)
    at = readMarkup(start)
  }
  addText(text.slice(at), at)
  const [unclosed] = open
  if (unclosed) throw new XmlMalformed(`<${unclosed.tag.slice(0, 80)}> is not closed`, text.length)
  if (root === null) throw new XmlMalformed('there is no root element', text.length)
  return root

  function addText(raw: string, offset: number): void {
    const innermost = open.at(-1)
    if (innermost && raw !== '') innermost.element.text += decoded(raw, offset)
  }

  function decoded(raw: string, offset: number): string {
    try {
      return decodeEntities(raw)
    } catch (error) {
      if (error instanceof UnknownReference) throw new XmlMalformed(error.message, offset)
      throw error
    }
  }

  /** Where the markup ends. */
  function readMarkup(start: number): number {
    const second = text.charCodeAt(start + 1)
    if (second === slash) return closeElement(start)
    if (second !== exclamation && second !== question) return openElement(start)
    if (text.startsWith('<![CDATA[', start)) {
      const end = text.indexOf(']]>', start)
      const innermost = open.at(-1)
      if (innermost) innermost.element.text += text.slice(start + 9, end)
      return end + 3
    }
    const doctype = text.startsWith('<!DOCTYPE', start) ? readDoctype(text, start) : null
    if (doctype !== null && doctype !== 'beyond') return doctype.end
    const [, stop] = delimitedSpans.find(([opening]) => text.startsWith(opening, start)) ?? delimitedSpans[0]
    return text.indexOf(stop, start + 2) + stop.length
  }

  function openElement(start: number): number {
    startOf.lastIndex = start
    const tag = startOf.exec(text)?.[1]
    if (tag === undefined || tag === '__proto__') throw new XmlMalformed('a tag has no valid name', start)
    let end = startOf.lastIndex
    const attributes: Record<string, string> = {}
    for (attribute.lastIndex = end; ; end = attribute.lastIndex) {
      const found = attribute.exec(text)
      if (!found) break
      const [, key = '', double, single] = found
      if (Object.hasOwn(attributes, key) || key === '__proto__')
        throw new XmlMalformed(`attribute ${key.slice(0, 80)} comes twice or may not be`, end)
      attributes[key] = decoded(double ?? single ?? '', end).trim()
    }
    endOfStart.lastIndex = end
    const closing = endOfStart.exec(text)
    if (!closing) throw new XmlMalformed(`<${tag.slice(0, 80)} has no valid attributes`, end)
    addElement(tag, attributes, closing[1] === '/', start)
    return endOfStart.lastIndex
  }

  function addElement(
    tag: string,
    attributes: Record<string, string>,
    isEmpty: boolean,
    start: number,
  ): void {
    const parent = open.at(-1)
    if (!parent && root) throw new XmlMalformed('there is more than one root element', start)
    const colon = tag.indexOf(':')
    const element = {
      name: tag.slice(colon + 1),
      ...(colon < 0 ? {} : { prefix: tag.slice(0, colon) }),
      attributes,
      children: isEmpty ? noChildren : new Map<string, Element[]>(),
      text: '',
    }
    root ??= element
    const siblings = parent?.element.children.get(element.name)
    if (siblings) siblings.push(element)
    else parent?.element.children.set(element.name, [element])
    if (!isEmpty) open.push({ tag, element })
  }

  function closeElement(start: number): number {
    endTag.lastIndex = start
    const tag = endTag.exec(text)?.[1]
    const closed = open.pop()
    if (tag === undefined || closed?.tag !== tag)
      throw new XmlMalformed(`expected </${closed?.tag.slice(0, 80) ?? ''}>`, start)
    closed.element.text = closed.element.text.trim()
    return endTag.lastIndex
  }
}

const [slash, exclamation, question] = [0x2f, 0x21, 0x3f]

/** Elements without content share it; nothing is added to it. */
const noChildren = new Map<string, Element[]>()
