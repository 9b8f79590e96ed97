import type { HandshakeRefusal } from './types.ts'

/** Browsers open connections in reserve and let them end. */
const idleConnection = 'ERR_TLS_HANDSHAKE_TIMEOUT'

/** Whether a handshake may be that of a camera: not on the port for browsers, nor a connection that one held in reserve. */
export const mayBeDevice = ({ code }: Pick<HandshakeRefusal, 'code'>): boolean =>
  code !== idleConnection && !code.startsWith('BROWSER_')
