import { randomBytes } from 'node:crypto'
import type { SharedFiles } from '../ports.ts'

const name = 'certs/proxy-secret'

/** What every proxy proves itself with to every ingest: made once, by the machine that starts first. */
export async function agreeOnProxySecret(files: SharedFiles): Promise<string> {
  const known = await files.read(name)
  if (known !== null) return known
  const secret = randomBytes(32).toString('hex')
  if (await files.create(name, secret)) return secret
  return (await files.read(name)) ?? secret
}
