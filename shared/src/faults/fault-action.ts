/**
 * What the proxy does to a client's connection or stream because ingest says so, in a header of its response. The
 * header is hop-by-hop: it reaches no client, and no client can send it to ingest.
 */
export type FaultAction =
  | { readonly kind: 'cut'; readonly how: 'fin' | 'rst' }
  /** Codes are those of HTTP/2 (RFC 9113, 7). */
  | { readonly kind: 'reset' | 'goaway'; readonly code: number }

/** The name of the header, in lower case. */
export const faultHeader = 'x-connection-fault'

export const encodeFaultAction = (action: FaultAction): string =>
  action.kind === 'cut' ? `cut=${action.how}` : `${action.kind}=${action.code}`

/** Null for a text that is no action. */
export function parseFaultAction(text: string): FaultAction | null {
  const [, how] = /^cut=(fin|rst)$/.exec(text) ?? []
  if (how === 'fin' || how === 'rst') return { kind: 'cut', how }
  const [, kind, code] = /^(reset|goaway)=(\d{1,2})$/.exec(text) ?? []
  return kind === 'reset' || kind === 'goaway' ? { kind, code: Number(code) } : null
}
