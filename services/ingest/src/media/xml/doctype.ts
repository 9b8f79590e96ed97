import { delimitedSpans } from './delimited-spans.ts'

/** A document type declaration that can be passed over, and where it ends. */
interface Doctype {
  readonly end: number
}

const space = '[ \\t\\r\\n]'
const literal = `(?:"[^"]{0,4096}"|'[^']{0,4096}')`
const externalId = `(?:${space}+(?:SYSTEM|PUBLIC${space}+${literal})${space}+${literal})?`
/** XML 1.0, 2.8: up to its end, or to the beginning of its internal subset. */
const head = new RegExp(`<!DOCTYPE${space}+[^\\s\\[>"'<&%]{1,256}${externalId}${space}*([[>])`, 'y')
const tail = new RegExp(`${space}*>`, 'y')

/** Declarations that change what the document says: entities, default attributes, and what a parameter entity holds. */
const expanding = /^(?:<!ENTITY|<!ATTLIST|%)/

/**
 * Reads the document type declaration that begins at `at`. `beyond`: it declares what this server does not expand;
 * `null`: it is malformed. An external subset is never fetched (XML 1.0, 5.1: a processor that does not validate need
 * not read it).
 */
export function readDoctype(text: string, at: number): Doctype | 'beyond' | null {
  head.lastIndex = at
  const opened = head.exec(text)
  if (!opened) return null
  return opened[1] === '>' ? { end: head.lastIndex } : readSubset(text, head.lastIndex)
}

function readSubset(text: string, start: number): Doctype | 'beyond' | null {
  for (let at = start; at >= 0 && at < text.length; ) {
    const letter = text[at] ?? ''
    if (letter === ']') return endAfter(text, at + 1)
    if (/\s/.test(letter)) at += 1
    else if (expanding.test(text.slice(at, at + 9))) return 'beyond'
    else at = endOfDeclaration(text, at)
  }
  return null
}

function endAfter(text: string, at: number): Doctype | null {
  tail.lastIndex = at
  return tail.test(text) ? { end: tail.lastIndex } : null
}

/** Where a comment, an instruction or a declaration of elements or notations ends; -1 where it does not. */
function endOfDeclaration(text: string, at: number): number {
  const span = delimitedSpans.find(([begin]) => text.startsWith(begin, at))
  if (span) {
    const end = text.indexOf(span[1], at + span[0].length)
    return end < 0 ? -1 : end + span[1].length
  }
  declaration.lastIndex = at
  return declaration.test(text) ? declaration.lastIndex : -1
}

const declaration = new RegExp(`<!(?:ELEMENT|NOTATION)${space}(?:[^"'<>]|${literal}){0,4096}>`, 'y')

/** Whether a text refers to an entity that only a document type declaration can declare. */
export const refersToEntities = (text: string): boolean =>
  /&(?!(?:lt|gt|amp|quot|apos);)[^#\s;&<]{1,256};/.test(text)
