import type { RepresentationFacts } from './inspection.ts'
import { partsOf, type TemplatePart } from './url-template.ts'

/** What a representation says of a path that it names. */
export interface Claim {
  readonly representation: string
  readonly part: 'init' | 'media'
  /** Null where the name does not tell: init segments, single files, templates with `$Time$`. */
  readonly number: number | null
  /** In timescale units; above 2^53 it loses precision. */
  readonly time: number | null
}

export type ClaimOf = (path: string) => Claim | null

export type Names = Pick<RepresentationFacts, 'id' | 'initialization' | 'media' | 'segments' | 'startNumber'>

/** Tells which paths a representation names, whatever number or time its manifest has come to. */
export function expectedNames(representation: Names): ClaimOf {
  const { id, initialization, media, segments, startNumber } = representation
  const claim = (part: Claim['part'], number: number | null = null, time: number | null = null): Claim => ({
    representation: id,
    part,
    number,
    time,
  })
  const listed = numbersOf(segments ?? [], startNumber)
  const pattern = media === null ? null : patternOf(partsOf(media))

  return (path) => {
    if (path === initialization) return claim('init')
    const number = listed.get(path)
    if (number !== undefined) return claim('media', number)
    const found = pattern?.exec(path)
    if (!found) return null
    return claim('media', numberOf(found.groups?.number), numberOf(found.groups?.time))
  }
}

const numberOf = (digits: string | undefined): number | null => (digits ? Number(digits) : null)

/** A listed path's number; null for a file that is listed again and again, range by range. */
function numbersOf(segments: readonly (string | null)[], startNumber: number): Map<string, number | null> {
  const numbers = new Map<string, number | null>()
  for (const [index, path] of segments.entries()) {
    if (path !== null) numbers.set(path, numbers.has(path) ? null : startNumber + index)
  }
  return numbers
}

/**
 * A template as a regular expression. An identifier that comes again has to repeat what it was, so that a
 * hostile template makes no pattern with many free runs of digits; in another width it claims nothing.
 */
function patternOf(parts: readonly TemplatePart[]): RegExp | null {
  const widths = new Map<string, number>()
  let source = ''
  for (const part of parts) {
    if (part.kind === 'text') source += part.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    else if (!widths.has(part.kind)) source += `(?<${part.kind}>${digits(part.width)})`
    else if (widths.get(part.kind) === part.width) source += `\\k<${part.kind}>`
    else return null
    if (part.kind !== 'text') widths.set(part.kind, part.width)
  }
  return new RegExp(`^${source}$`)
}

/** printf's `%0Nd`: padded up to the width, never beyond; no number has more than 20 digits. */
function digits(width: number): string {
  if (width < 2) return '0|[1-9]\\d{0,19}'
  return width < 20 ? `\\d{${width}}|[1-9]\\d{${width},19}` : `\\d{${width}}`
}
