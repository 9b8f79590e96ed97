/**
 * What ingest asks the proxy to do to a client's connection or stream, in a header of its response. The header is
 * hop-by-hop: the proxy neither forwards it to clients nor accepts it from them.
 */
export type FaultAction =
  | { readonly kind: 'cut'; readonly how: 'fin' | 'rst' }
  /** `code` is an error code of HTTP/2 (RFC 9113, 7). */
  | { readonly kind: 'reset' | 'goaway'; readonly code: number }

/** The name of the header, in lower case. */
export const faultHeader = 'x-connection-fault'

export const encodeFaultAction = (action: FaultAction): string =>
  action.kind === 'cut' ? `cut=${action.how}` : `${action.kind}=${action.code}`

/** Parses the value of the header; null when it is not valid. */
export function parseFaultAction(text: string): FaultAction | null {
  const [, how] = /^cut=(fin|rst)$/.exec(text) ?? []
  if (how === 'fin' || how === 'rst') return { kind: 'cut', how }
  const [, kind, code] = /^(reset|goaway)=(\d{1,2})$/.exec(text) ?? []
  return kind === 'reset' || kind === 'goaway' ? { kind, code: Number(code) } : null
}
