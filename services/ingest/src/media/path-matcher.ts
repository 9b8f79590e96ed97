import type { RepresentationFacts } from './inspection.ts'
import { partsOf, type TemplatePart } from './url-template.ts'

/** A path that a representation names, with the number or time in its name. */
interface PathMatch {
  readonly representation: string
  readonly part: 'init' | 'media'
  /** Null for init segments, single files and templates with `$Time$`. */
  readonly number: number | null
  /** The time in timescale units; not exact above 2^53. Null for templates without `$Time$`. */
  readonly time: number | null
}

type PathMatcher = (path: string) => PathMatch | null

type PathTemplates = Pick<RepresentationFacts, 'id' | 'initialization' | 'media' | 'segments' | 'startNumber'>

/**
 * A function that matches the paths which a representation names, for any number and time; null for other
 * paths.
 */
export function createPathMatcher(representation: PathTemplates): PathMatcher {
  const { id, initialization, media, segments, startNumber } = representation
  const match = (
    part: PathMatch['part'],
    number: number | null = null,
    time: number | null = null,
  ): PathMatch => ({
    representation: id,
    part,
    number,
    time,
  })
  const listed = numbersOf(segments ?? [], startNumber)
  const pattern = media === null ? null : templatePattern(media)

  return (path) => {
    if (path === initialization) return match('init')
    const number = listed.get(path)
    if (number !== undefined) return match('media', number)
    const found = pattern?.exec(path)
    if (!found) return null
    return match('media', numberOf(found.groups?.number), numberOf(found.groups?.time))
  }
}

const numberOf = (digits: string | undefined): number | null => (digits ? Number(digits) : null)

/** The number of each listed path; null for a file that is listed several times, once for each byte range. */
function numbersOf(segments: readonly (string | null)[], startNumber: number): Map<string, number | null> {
  const numbers = new Map<string, number | null>()
  for (const [index, path] of segments.entries()) {
    if (path !== null) numbers.set(path, numbers.has(path) ? null : startNumber + index)
  }
  return numbers
}

/** The paths of a template with its ids filled in, as a regular expression; null where it can match none. */
export const templatePattern = (media: string): RegExp | null => patternOf(partsOf(media))

/**
 * A template as a regular expression. An identifier that comes again has to repeat what it was, so that a
 * hostile template makes no pattern with many free runs of digits; in another width it matches nothing.
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
