import { shellQuote } from '@pushav/shared/lib/shell-quote.ts'
import type { InputKind } from './input-kind.ts'

/** The names of the files that ffprobe reads, in a directory that holds nothing else. */
export const objectName = 'object'
export const initName = 'init'

const concatenated = `concat:${initName}|${objectName}`

/** The URL that ffprobe opens. */
export const inputOf = (kind: InputKind): string => (kind === 'segment' ? concatenated : objectName)

/**
 * The demuxer is forced and ffprobe may open files only, so that no upload can make it read or connect elsewhere:
 * playlists and manifests are invalid data to it.
 */
export function argumentsOf(kind: InputKind, input: string): string[] {
  const demuxer = kind === 'transport-stream' ? 'mpegts' : 'mov'
  const protocols = kind === 'segment' ? 'concat,file' : 'file'
  const access = ['-f', demuxer, '-protocol_whitelist', protocols]
  return ['-v', 'error', ...access, '-show_streams', '-show_format', '-of', 'json', input]
}

/** The command as the API shows it: the object under its own path. */
export function commandFor(kind: InputKind, path: string): string {
  const input = kind === 'segment' ? `concat:${initName}|${path}` : path
  return ['ffprobe', ...argumentsOf(kind, input)].map(shellQuote).join(' ')
}
