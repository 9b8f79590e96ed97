/** Formats numbers, times and texts of devices. No function here touches the page. */

/** `09:12:03.220`, in the reader's time zone. */
export function clock(ms: number): string {
  const date = new Date(ms)
  return `${clockSeconds(ms)}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/**
 * Name of a session, from its key: `1.2` is the second recording of session 1, `none` that of paths without a session.
 */
export const sessionName = (key: string): string =>
  `session ${key}`.replace('session none', 'no session').replace(/\.(\d+)$/, ' ($1)')

/** Splits a text with code in backticks into parts: those at odd indexes are code. */
export const codeParts = (text: string): readonly string[] => text.split('`')

/** `09:12:03`, in the reader's time zone. */
export function clockSeconds(ms: number): string {
  const date = new Date(ms)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')
}

/** `2026-11-28 09:12:03`, in the reader's time zone. */
export function dayAndClock(ms: number): string {
  const date = new Date(ms)
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-')
  return `${day} ${clockSeconds(ms)}`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** A number in groups of three digits with a thin space between: `1 834`. */
export const grouped = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')

/** A size such as `512 kB` or `87.6 MB`, in powers of 1000. */
export function bytes(count: number): string {
  return count < 1_000 ? `${count} B` : scaled(count, ['kB', 'MB', 'GB', 'TB'])
}

/** A bit rate such as `2.1 Mbit/s`. */
export function bitrate(bitsPerSecond: number): string {
  return bitsPerSecond < 1_000
    ? `${Math.round(bitsPerSecond)} bit/s`
    : scaled(bitsPerSecond, ['kbit/s', 'Mbit/s', 'Gbit/s'])
}

function scaled(value: number, units: readonly string[]): string {
  let rest = value / 1_000
  let unit = 0
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1_000
    unit++
  }
  return `${rest < 10 ? rest.toFixed(1) : Math.round(rest)} ${units[unit]}`
}

/** A duration: `40 ms`, `4.01 s`, `12 min`, `3 h`, `2 days`, `20 years`. The sign is dropped. */
export function span(ms: number): string {
  const seconds = Math.abs(ms) / 1_000
  if (seconds < 0.1) return `${Math.round(seconds * 1_000)} ms`
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`
  const days = Math.round(seconds / 86_400)
  return days < 800 ? `${days} days` : `${Math.round(days / 365.25)} years`
}

/** How long ago `ms` was, both in milliseconds since 1970: `just now`, `12 min ago`. */
export function ago(ms: number, now: number): string {
  const seconds = (now - ms) / 1_000
  if (seconds < 5) return 'just now'
  if (seconds < 100) return `${Math.round(seconds)} s ago`
  return `${span(now - ms)} ago`
}

/** A count with its noun: `1 upload`, `3 uploads`. */
export const plural = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`

/** Control characters, and characters that change the direction of text or show nothing. */
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029\p{Cs}]/gu

/** A text from a device with every invisible character spelled out: `‹U+202E›`. */
export const visible = (text: string): string =>
  text.replace(invisible, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
  })

/** Quotes a text as one word for a POSIX shell, bash and zsh, also when it is pasted. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (!invisible.test(text)) return `'${text.replaceAll("'", "'\\''")}'`
  invisible.lastIndex = 0
  const escaped = text.replace(/[\\']/g, '\\$&').replace(invisible, escapeCharacter)
  return `$'${escaped}'`
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (character === '\n') return '\\n'
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Percent-encodes each part of an object's path. */
export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')
