/**
 * A text with its control, format and line separator characters written like `\u{9b}`, so that a name from a client
 * cannot move the cursor, change colours, reorder text or begin lines in a terminal.
 */
export const printable = (text: string): string => text.replace(unprintable, escapeOf)

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const escapeOf = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`

/** JSON with the same characters written like `\u009b`: it has the same meaning and is safe to show in a terminal. */
export const printableJson = (value: object): string =>
  JSON.stringify(value).replace(unprintable, (characters) =>
    Array.from({ length: characters.length }, (_, i) => unitOf(characters.charCodeAt(i))).join(''),
  )

const unitOf = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`
