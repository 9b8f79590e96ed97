/**
 * Text with its control, format and line separator characters written as `\u{9b}`, so that a name that a client chose
 * cannot move the cursor, colour, reorder or begin lines where it is displayed.
 */
export const printable = (text: string): string => text.replace(unprintable, escapeOf)

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const escapeOf = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`

/** JSON whose texts have the same characters written as `\u009b`: it stays JSON, and a terminal shows it as it is. */
export const printableJson = (value: object): string =>
  JSON.stringify(value).replace(unprintable, (characters) =>
    Array.from({ length: characters.length }, (_, i) => unitOf(characters.charCodeAt(i))).join(''),
  )

const unitOf = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`
