import { refuseXml, type XmlRefusal } from './xml-limits.ts'
import { type Element, parseXml, XmlMalformed } from './xml-parser.ts'

export type { Element } from './xml-parser.ts'

/** The root element of an untrusted document, or why it cannot be read. Never throws. */
export function readXml(text: string): Element | XmlRefusal {
  const xml = text.replace(/^\uFEFF/, '')
  const refusal = refuseXml(xml)
  if (refusal) return refusal
  try {
    return parseXml(xml)
  } catch (error) {
    if (!(error instanceof XmlMalformed)) throw error
    const line = xml.slice(0, error.offset).split('\n').length
    return {
      code: 'mpd-malformed',
      message: `expected well-formed XML: ${error.message} (line ${line})`,
    }
  }
}

export const isElement = (read: Element | XmlRefusal): read is Element => 'children' in read

export const childrenOf = (element: Element, name: string): readonly Element[] =>
  element.children.get(name) ?? []

export const childOf = (element: Element, name: string): Element | null =>
  childrenOf(element, name)[0] ?? null
