import { connect } from 'node:net'

/** Asks a private Redis to end that nobody watches any more; one that is gone already is fine. */
export function endRedis(path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const connection = connect(path).setTimeout(1_000, () => connection.destroy())
  connection.on('connect', () => connection.resume().write('SHUTDOWN\r\n'))
  connection.on('error', () => {})
  connection.on('close', () => resolve())
  return promise
}
