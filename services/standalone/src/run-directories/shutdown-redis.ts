import { connect } from 'node:net'

/**
 * Shuts down a private Redis whose supervisor was killed. Resolves once it is gone, or after a second without a byte.
 */
export function shutdownRedis(socketPath: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const connection = connect(socketPath).setTimeout(1_000, () => connection.destroy())
  connection.on('connect', () => connection.resume().write('SHUTDOWN\r\n'))
  connection.on('error', () => {})
  connection.on('close', () => resolve())
  return promise
}
