import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Identity } from '../../clients/curl.ts'
import { freePort } from '../../server/free-port.ts'
import type { Standalone } from '../../server/standalone.ts'

/** Starts stunnel: a plain HTTP port on this machine that adds TLS and the device's certificate. */
export async function startStunnel(
  server: Standalone,
  device: Identity,
  directory: string,
): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort()
  const file = join(directory, 'stunnel.conf')
  await writeFile(file, configuration(server, device, port))
  const child = spawn('stunnel', [file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'close')
  const lines = createInterface({ input: child.stderr })
  for await (const line of lines) if (line.includes('Configuration successful')) break
  child.stderr.resume()
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

const configuration = (server: Standalone, { cert, key }: Identity, port: number) => `
foreground = yes
pid =
[push]
client = yes
accept = 127.0.0.1:${port}
connect = 127.0.0.1:${server.port}
cert = ${cert}
key = ${key}
CAfile = ${server.rootCertificate}
verifyChain = yes
checkHost = localhost
`
