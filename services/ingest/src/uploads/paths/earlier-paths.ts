import { directoryOf } from '../object-path.ts'

/**
 * Of the paths of open uploads those that a segment may have overtaken: init segments in its folder, and segments whose
 * names count less far.
 */
export function earlierPaths(open: readonly string[], path: string): readonly string[] {
  if (open.length === 0) return open
  const folder = directoryOf(path)
  return open.filter(
    (other) => directoryOf(other) === folder && (isInitPath(other) || countsLess(other, path)),
  )
}

/** Whether a file is called like an init segment. */
export const isInitPath = (path: string): boolean =>
  /init|header/i.test(path.slice(path.lastIndexOf('/') + 1))

/** Whether two names are alike but for the number in front of their extension, which is smaller in the first. */
function countsLess(one: string, other: string): boolean {
  const [first, second] = [counterIn(one), counterIn(other)]
  return first !== null && second !== null && first.rest === second.rest && first.number < second.number
}

function counterIn(path: string): { readonly number: number; readonly rest: string } | null {
  const found = /(\d{1,15})(\.[^./]{0,16})?$/.exec(path)
  if (!found) return null
  const [whole, digits = '', extension = ''] = found
  return { number: Number(digits), rest: path.slice(0, -whole.length) + extension }
}
