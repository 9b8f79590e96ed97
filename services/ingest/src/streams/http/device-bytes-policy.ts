/** What a browser may do with bytes of a device that are opened as a page: nothing, but play them. */
export const deviceBytesPolicy =
  "default-src 'none'; media-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
