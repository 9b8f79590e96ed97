import { readDoctype, refersToEntities } from './doctype.ts'

/**
 * Limits of an XML document, so that parsing one blocks the process for a second at most; a day's timeline of two
 * tracks and segments of 2 s has 86 400 elements.
 */
export const xmlLimits = { markup: 100_000, depth: 64, attributes: 128, tagLength: 16_384 } as const

/** Why a document must not reach the parser. */
export interface XmlRefusal {
  readonly code: 'mpd-malformed' | 'manifest-too-large'
  readonly message: string
}

/**
 * Why a document must not be parsed; null when it may be. Reads each tag once, in time linear in the text.
 */
export function refuseXml(text: string): XmlRefusal | null {
  const stray = text.search(notXml)
  if (stray >= 0) return malformed(`expected XML text, but there is a control character at offset ${stray}`)

  let depth = 0
  let isProlog = true
  let count = 0
  let end = 0
  for (let at = text.indexOf('<'); at >= 0; count += 1) {
    const markup: Markup | XmlRefusal | string =
      textBetween(text.slice(end, at), end, depth) ?? readMarkup(text, { at, depth, isProlog })
    if (typeof markup === 'string') return malformed(markup)
    if ('code' in markup) return markup
    depth += markup.step
    isProlog &&= markup.isProlog ?? false
    if (depth > xmlLimits.depth) {
      return tooLarge(`${xmlLimits.depth} nested elements`)
    }
    if (count >= xmlLimits.markup) return tooLarge(`${xmlLimits.markup} tags, comments and instructions`)
    end = markup.end
    at = text.indexOf('<', end)
  }
  const left = textBetween(text.slice(end), end, depth)
  return left === null ? null : malformed(left)
}

/** What is wrong with text between two tags, which the XML library does not check. */
function textBetween(text: string, offset: number, depth: number): string | null {
  if (depth <= 0 && /[^ \t\r\n]/.test(text))
    return `expected no text outside the root element, there is some at offset ${offset}`
  return text.includes(']]>')
    ? `expected no ]]> outside of CDATA, there is one behind offset ${offset}`
    : null
}

/** XML 1.0, 2.2: characters that are no Char. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the rule of XML is about them
const notXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

/** One tag, comment, CDATA section or instruction: where it ends and how it changes the depth. */
interface Markup {
  readonly end: number
  readonly step: number
  /** A document type declaration may follow; absent for no. */
  readonly isProlog?: boolean
}

/** Where markup begins, and what surrounds it. */
interface Place {
  readonly at: number
  readonly depth: number
  readonly isProlog: boolean
}

const spans = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const

function readMarkup(text: string, { at, depth, isProlog }: Place): Markup | XmlRefusal | string {
  for (const [start, stop] of spans) {
    if (!text.startsWith(start, at)) continue
    const end = text.indexOf(stop, at + start.length)
    if (end < 0) return `expected ${stop} after offset ${at}`
    return flawOf(text, { start, at, end, depth }) ?? { end: end + stop.length, step: 0, isProlog: true }
  }
  return text.startsWith('<!', at) ? readDeclaration(text, at, isProlog) : readTag(text, at)
}

/** A document type declaration is passed over, once and before the root element. */
function readDeclaration(text: string, at: number, isProlog: boolean): Markup | XmlRefusal | string {
  const doctype = isProlog ? readDoctype(text, at) : null
  if (doctype === null) return `expected no declaration, or a whole DOCTYPE before the root, at offset ${at}`
  const isBeyond = doctype === 'beyond' || refersToEntities(text)
  return isBeyond ? tooLarge('the five entities of XML and no declared attributes') : { ...doctype, step: 0 }
}

interface Span {
  readonly start: string
  readonly at: number
  readonly end: number
  readonly depth: number
}

/** What breaks XML 1.0, 2.5 to 2.7, where the XML library does not check it; null for nothing. */
function flawOf(text: string, { start, at, end, depth }: Span): string | null {
  if (start === '<![CDATA[')
    return depth > 0 ? null : `expected CDATA inside the root element, not at offset ${at}`
  if (start === '<!--') {
    return text.indexOf('--', at + 4) === end ? null : `expected no -- in the comment at offset ${at}`
  }
  const [target = ''] = text.slice(at + 2, Math.min(end, at + 100)).split(/[ \t\r\n]/, 1)
  const isXml = target.toLowerCase() === 'xml'
  const isTarget = isXml ? at === 0 : /^[\p{L}_:]/u.test(target)
  return isTarget ? null : `expected another target of the instruction at offset ${at}`
}

/** Attribute values have no `<` but may have `>`, so only quotes have to be followed. */
function readTag(text: string, at: number): Markup | XmlRefusal | string {
  const last = Math.min(text.length, at + xmlLimits.tagLength)
  let quote = ''
  let quotes = 0
  for (let end = at + 1; end < last; end += 1) {
    const letter = text.charAt(end)
    if (letter === '<') return `expected > before the next < at offset ${end}`
    if (letter === quote) quote = ''
    else if (quote !== '') continue
    else if (letter === '>') return { end: end + 1, step: stepOf(text, at, end) }
    else if (letter === '"' || letter === "'") {
      quote = letter
      quotes += 1
      if (quotes > xmlLimits.attributes) return tooLarge(`${xmlLimits.attributes} attributes of an element`)
    }
  }
  return last === text.length
    ? `expected > after offset ${at}`
    : tooLarge(`${xmlLimits.tagLength} characters of a tag`)
}

function stepOf(text: string, at: number, end: number): number {
  if (text[at + 1] === '/') return -1
  return text[end - 1] === '/' ? 0 : 1
}

const malformed = (message: string): XmlRefusal => ({ code: 'mpd-malformed', message })

const tooLarge = (limit: string): XmlRefusal => ({
  code: 'manifest-too-large',
  message: `expected at most ${limit}, more is beyond the limit of this server; the document was not looked into`,
})
