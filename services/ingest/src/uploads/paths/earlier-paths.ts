import { directoryOf, isInitName } from '../object-path.ts'

/**
 * The paths of open uploads that a segment may have overtaken: of init segments in its folder, and of segments with lower
 * numbers in their names.
 */
export function earlierPaths(open: readonly string[], path: string): readonly string[] {
  if (open.length === 0) return open
  const folder = directoryOf(path)
  const own = counterIn(path)
  return open.filter(
    (other) => directoryOf(other) === folder && (isInitName(other) || isBelow(own, counterIn(other))),
  )
}

/** The digits in front of a path's extension, or at its end, and the rest. */
interface Counter {
  readonly number: number
  readonly rest: string
}

/** Whether the other name is like a segment's own but for its number, which is smaller. */
const isBelow = (own: Counter | null, other: Counter | null): boolean =>
  own !== null && other !== null && own.rest === other.rest && other.number < own.number

function counterIn(path: string): Counter | null {
  const dot = path.lastIndexOf('.')
  const hasExtension = dot > path.lastIndexOf('/') && path.length - dot <= maxExtension
  return (hasExtension ? digitsBefore(path, dot) : null) ?? digitsBefore(path, path.length)
}

const maxExtension = 17
const maxDigits = 15

function digitsBefore(path: string, end: number): Counter | null {
  let start = end
  while (end - start < maxDigits && isDigit(path[start - 1])) start--
  if (start === end) return null
  return { number: Number(path.slice(start, end)), rest: path.slice(0, start) + path.slice(end) }
}

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9'
