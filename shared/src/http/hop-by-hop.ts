import { faultHeader } from '../faults/fault-action.ts'

/**
 * Headers that are about one connection and are never forwarded, in lower case: those of RFC 9110 7.6.1, and those that
 * older software sends. Headers that `Connection` names are hop-by-hop, too.
 */
export const hopByHopHeaders: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  faultHeader,
])
