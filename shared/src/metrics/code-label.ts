/** An error code as a label. Some come from a client's TLS library: only letters, digits and hyphens become a label. */
export const codeLabel = (code: string): string => (/^\w[\w-]{0,60}$/.test(code) ? code : 'other')
