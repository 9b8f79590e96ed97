/** ISO/IEC 23009-1, 5.3.9.4.4: `$$`, or an identifier with an optional width; a lone dollar is undefined. */
const identifiers = /\$\$|\$(RepresentationID|Bandwidth|Number|SubNumber|Time)(?:%0(\d{1,2})d)?\$|\$/g

/** One part of a template: plain text, or an identifier that stands for a number. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number' | 'subnumber' | 'time'; readonly width: number }

/** A URL of this many characters names no path that can have been uploaded, however it is encoded. */
const maxLength = 4_096

/**
 * Replaces `$RepresentationID$` and `$Bandwidth…$`, and leaves `$Number…$`, `$SubNumber…$`, `$Time…$` and `$$` in. Null when
 * an identifier is unknown or has no value, or when the result is longer than any path.
 */
export function fillTemplate(template: string, id: string, bandwidth: number | null): string | null {
  const escaped = escapeDollars(id)
  let filled = ''
  let end = 0
  for (const found of template.matchAll(identifiers)) {
    const [whole, name, width] = found
    const value = filling(whole, { name, width, escaped, bandwidth })
    if (value === null || filled.length > maxLength) return null
    filled += template.slice(end, found.index) + value
    end = found.index + whole.length
  }
  filled += template.slice(end)
  return filled.length <= maxLength ? filled : null
}

interface Identifier {
  readonly name: string | undefined
  readonly width: string | undefined
  /** The representation's id with each dollar doubled. */
  readonly escaped: string
  readonly bandwidth: number | null
}

function filling(whole: string, { name, width, escaped, bandwidth }: Identifier): string | null {
  if (name === 'RepresentationID' && width === undefined) return escaped
  if (name === 'Bandwidth' && bandwidth !== null) return String(bandwidth).padStart(Number(width ?? 1), '0')
  return whole === '$$' || name === 'Number' || name === 'SubNumber' || name === 'Time' ? whole : null
}

export const escapeDollars = (text: string): string => text.replaceAll('$', '$$$$')

/**
 * The first dollar of a template that begins no identifier, with what follows it, `$number$`; null for none. The URL is then
 * undefined.
 */
export function strayDollarIn(template: string): string | null {
  for (const { 0: whole, 1: name, 2: width, index } of template.matchAll(identifiers)) {
    if (whole === '$') return /^\$\w*(?:%\w*)?\$?/.exec(template.slice(index, index + 40))?.[0] ?? whole
    if (name === 'RepresentationID' && width !== undefined) return whole
  }
  return null
}

/** The parts of a template that `fillTemplate` returned. */
export function partsOf(template: string): TemplatePart[] {
  const parts: TemplatePart[] = []
  let end = 0
  for (const found of template.matchAll(identifiers)) {
    const [whole, name, width] = found
    parts.push({ kind: 'text', text: template.slice(end, found.index) })
    end = found.index + whole.length
    if (name === 'Number') parts.push({ kind: 'number', width: Number(width ?? 1) })
    else if (name === 'SubNumber') parts.push({ kind: 'subnumber', width: Number(width ?? 1) })
    else if (name === 'Time') parts.push({ kind: 'time', width: Number(width ?? 1) })
    else parts.push({ kind: 'text', text: whole === '$$' ? '$' : whole })
  }
  return [...parts, { kind: 'text', text: template.slice(end) }]
}

/** The path that a template without `$Number$` and `$Time$` stands for; null when it has one. */
export function literalOf(template: string): string | null {
  const texts = partsOf(template).map((part) => (part.kind === 'text' ? part.text : null))
  return texts.includes(null) ? null : texts.join('')
}
