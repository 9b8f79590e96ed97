import { type AccessRow, accessTable } from '@pushav/shared/api/access.ts'

/** The row of the table for a request, with what its path names. */
export interface FoundRow {
  /** `GET /streams/{id}`. */
  readonly route: string
  readonly row: AccessRow
  /** Decoded as express decodes them. */
  readonly params: Readonly<Record<string, string>>
}

interface Pattern extends Omit<FoundRow, 'params'> {
  readonly pattern: RegExp
}

/**
 * The row for a method and a path without its query; null for none. It takes paths as express does: in upper or lower
 * case, with or without a slash at the end. Throws a URIError for a path that cannot be decoded.
 */
export function findRow(method: string, path: string): FoundRow | null {
  for (const { route, row, pattern } of patternsOf(method)) {
    const found = pattern.exec(path)
    if (!found) continue
    const params = Object.entries(found.groups ?? {}).map(([name, value]) => [
      name,
      decodeURIComponent(value),
    ])
    return { route, row, params: Object.fromEntries(params) }
  }
  return null
}

/** Like `findRow`, but null for a path that cannot be decoded, too. */
export function findRowIfDecodable(method: string, path: string): FoundRow | null {
  try {
    return findRow(method, path)
  } catch {
    return null
  }
}

/** Every method that some route has. */
export const knownMethods: readonly string[] = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']

/** The methods of the routes at a path (RFC 9110 10.2.1); empty where there is none. */
export const methodsAt = (path: string): readonly string[] =>
  knownMethods.filter((method) => patternsOf(method).some(({ pattern }) => pattern.test(path)))

const patterns = Map.groupBy(
  Object.entries(accessTable)
    .toSorted(([one], [other]) => weightOf(other) - weightOf(one))
    .map(([route, row]): Pattern => ({ route, row, pattern: patternOf(route) })),
  ({ route }) => route.slice(0, route.indexOf(' ')),
)

const patternsOf = (method: string): readonly Pattern[] =>
  patterns.get(method === 'HEAD' ? 'GET' : method) ?? []

/** Fixed parts count most, from the left; `{path}`, which takes any depth, counts least. */
function weightOf(route: string): number {
  const segments = route.slice(route.indexOf('/') + 1).split('/')
  return segments.reduce((sum, segment, at) => sum + weightOfSegment(segment) * 4 ** (8 - at), 0)
}

function weightOfSegment(segment: string): number {
  if (segment === '{path}') return 1
  if (segment.startsWith('{') && segment.endsWith('}')) return 2
  return 3
}

/** express's router decodes what stands for a name and takes the rest as it is. */
function patternOf(route: string): RegExp {
  const source = route
    .slice(route.indexOf('/'))
    .replace(/[.]/g, '\\.')
    .replace(/\{(\w+)\}/g, (_all, name) => (name === 'path' ? '(?<path>.+?)' : `(?<${name}>[^/]+?)`))
  return new RegExp(`^${source}/?$`, 'is')
}
