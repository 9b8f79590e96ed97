import { once } from 'node:events'
import { createServer } from 'node:net'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { StartupError } from './startup-error.ts'

/** Throws a `StartupError` when the proxy could not listen on a port; called before any process is started. */
export async function assertPortFree(host: string, port: number): Promise<void> {
  const code = await faultOf(host, port)
  if (code !== null) throw new StartupError(sentenceOf(code, host, port))
}

/** Whether the proxy could listen on a port that no other process listens on. */
export const isPortFree = async (host: string, port: number): Promise<boolean> =>
  (await faultOf(host, port)) === null

async function faultOf(host: string, port: number): Promise<string | null> {
  for (const address of host === 'localhost' ? ['127.0.0.1', '::1'] : [host]) {
    const code = await tryListening(address, port)
    if (code && !(address === '::1' && isWithoutIpv6(code))) return code
  }
  return null
}

async function tryListening(host: string, port: number): Promise<string | null> {
  const server = createServer()
  try {
    await once(server.listen({ host, port }), 'listening')
    return null
  } catch (error) {
    return errorCode(error)
  } finally {
    server.close()
  }
}

const isWithoutIpv6 = (code: string) => code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'

function sentenceOf(code: string, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `port ${port} is in use`
  if (code === 'EACCES') return `port ${port} needs more rights than this user has`
  return `cannot listen on "${host}", it is no address of this machine (${code})`
}
