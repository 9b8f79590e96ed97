import { Refusal } from '../lib/refusal.ts'

const maxPartBytes = 255
/** The refusal's text, also for a body that is sent to the publishing point itself. */
export const noObjectNamed =
  'the path names no object: expected /streams/<id>/<path>, such as /streams/1/session_1/index.mpd'
/** No path below a stream is longer, in bytes of UTF-8. */
export const maxPathBytes = 1_024

/**
 * The path of an object below its stream, from the URL as sent: decoded once, parts joined by `/`, empty parts dropped.
 * Throws the refusals `path-malformed` and, for a path that could leave the stream, `path-outside-stream` (DASH-IF
 * Ingest 1.2, 7.1.2-2: 403).
 */
export function parseObjectPath(encoded: string): string {
  const parts = decode(encoded)
    .split('/')
    .filter((part) => part !== '')
  if (parts.length === 0) throw new Refusal('path-malformed', noObjectNamed)
  for (const part of parts) assertName(part)
  const path = parts.join('/')
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new Refusal('path-malformed', `a path may have up to ${maxPathBytes} bytes`)
  }
  return path
}

/** Whether a path is within the limits of its length and of its parts'. */
export const isShortEnough = (path: string): boolean =>
  Buffer.byteLength(path) <= maxPathBytes &&
  path.split('/').every((part) => Buffer.byteLength(part) <= maxPartBytes)

/** The folder part of a path, empty for an object right below its stream. */
export const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** The last part of a path: the name of its file. */
export const baseNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Whether a file is called like an init segment. */
export const isInitName = (path: string): boolean => /init|header/i.test(baseNameOf(path))

/** The folders above a path, outermost first. */
export function ancestorsOf(path: string): readonly string[] {
  const folders: string[] = []
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
    folders.push(path.slice(0, end))
  return folders
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw new Refusal('path-malformed', 'the path is not valid percent-encoded UTF-8')
  }
}

function assertName(part: string): void {
  if (part === '.' || part === '..' || part.includes('\\') || part.includes('\0')) {
    throw new Refusal('path-outside-stream', `the path part ${JSON.stringify(part)} could leave the stream`)
  }
  if (/\p{Cc}/u.test(part)) throw new Refusal('path-malformed', 'the path has control characters')
  if (Buffer.byteLength(part) > maxPartBytes) {
    throw new Refusal('path-malformed', `a part of a path may have up to ${maxPartBytes} bytes`)
  }
}
