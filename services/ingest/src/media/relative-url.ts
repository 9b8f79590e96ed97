import { maxPathBytes } from '../uploads/object-path.ts'

/** Where a URL of a manifest leads: to a path below the stream, or to none. */
type Destination =
  | { readonly kind: 'inside'; readonly path: string }
  | { readonly kind: 'absolute' | 'outside' | 'malformed' }

/**
 * Resolves a relative URL (RFC 3986, 5.2) against a path below the stream, decoded like an uploaded
 * object's path. A reference with a scheme, a host or a leading slash is `absolute` even where it would lead
 * back into the stream.
 */
export function destinationOf(base: string, reference: string): Destination {
  const [url = ''] = reference.trim().split(/[?#]/, 1)
  if (/^([a-z][a-z0-9+.-]*:|[/\\])/i.test(url)) return { kind: 'absolute' }
  if (url === '') return { kind: 'inside', path: base }

  const decoded = decode(url)
  if (decoded === null || Buffer.byteLength(decoded) > maxPathBytes) return { kind: 'malformed' }
  if (/[\\\0]/.test(decoded)) return { kind: 'outside' }
  const path = joinParts(base.split('/').slice(0, -1), decoded.split('/'))
  if (path === null) return { kind: 'outside' }
  return Buffer.byteLength(path) > maxPathBytes ? { kind: 'malformed' } : { kind: 'inside', path }
}

/** Decodes percent triplets, but not the `%04d` of a DASH identifier. */
function decode(url: string): string | null {
  try {
    return url.replace(/\$(?:Number|SubNumber|Time)%0\d{1,2}d\$|%(?:[0-9a-f]{2}%?)*/gi, (found) =>
      found.startsWith('$') ? found : decodeURIComponent(found),
    )
  } catch {
    return null
  }
}

/** Ends in a slash where the reference leads to a folder; empty parts are dropped as they are on upload. */
function joinParts(folder: readonly string[], parts: readonly string[]): string | null {
  const path = [...folder]
  for (const part of parts) {
    if (part === '..' && path.pop() === undefined) return null
    if (part !== '..' && part !== '.' && part !== '') path.push(part)
  }
  const isFolder = ['', '.', '..'].includes(parts.at(-1) ?? '')
  return isFolder && path.length > 0 ? `${path.join('/')}/` : path.join('/')
}
