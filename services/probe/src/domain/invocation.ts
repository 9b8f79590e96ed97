import type { Shape } from './shape.ts'

/** The names under which ffprobe finds what it reads, in a folder that holds nothing else. */
export const objectName = 'object'
export const initName = 'init'

const concatenated = `concat:${initName}|${objectName}`

/** What ffprobe has to open. */
export const inputOf = (shape: Shape): string => (shape === 'segment' ? concatenated : objectName)

/**
 * The demuxer is forced and only files can be opened, so that nothing an upload says makes ffprobe read
 * or connect elsewhere: playlists and manifests are invalid data.
 */
export function argumentsOf(shape: Shape, input: string): string[] {
  const demuxer = shape === 'transport-stream' ? 'mpegts' : 'mov'
  const protocols = shape === 'segment' ? 'concat,file' : 'file'
  const access = ['-f', demuxer, '-protocol_whitelist', protocols]
  return ['-v', 'error', ...access, '-show_streams', '-show_format', '-of', 'json', input]
}

/** The command as the device's owner may see it: the object under its own path. */
export function commandFor(shape: Shape, path: string): string {
  const input = shape === 'segment' ? `concat:${initName}|${path}` : path
  return ['ffprobe', ...argumentsOf(shape, input)].map(quoted).join(' ')
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
