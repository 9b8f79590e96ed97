import { faultHeader } from '../faults/fault-action.ts'

/**
 * Headers that concern one connection only and are never forwarded, in lower case: those of RFC 9110 7.6.1,
 * and those that older software sends. The headers that `Connection` names come on top.
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
