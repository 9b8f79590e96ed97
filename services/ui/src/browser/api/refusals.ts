import type { HandshakeRefusal } from './types.ts'

/** The code of connections that browsers open in reserve and never use. */
const idleConnection = 'ERR_TLS_HANDSHAKE_TIMEOUT'

/** Whether a refused handshake may be a camera's: not one on the port for browsers, nor an unused one of a browser. */
export const mayBeDevice = ({ code }: Pick<HandshakeRefusal, 'code'>): boolean =>
  code !== idleConnection && !code.startsWith('BROWSER_')
