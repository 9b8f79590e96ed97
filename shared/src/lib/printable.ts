/**
 * Text with its control, format and line separator characters written as `\u{9b}`, so that a name that a client chose
 * cannot move the cursor, colour, reorder or begin lines where it is displayed.
 */
export const printable = (text: string): string => text.replace(unprintable, escapeOf)

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const escapeOf = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`
