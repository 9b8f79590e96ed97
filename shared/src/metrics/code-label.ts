/**
 * An error code as a label of a metric; `other` for one with unusual characters. A client's TLS library chooses some
 * codes.
 */
export const codeLabel = (code: string): string => (/^\w[\w-]{0,60}$/.test(code) ? code : 'other')
