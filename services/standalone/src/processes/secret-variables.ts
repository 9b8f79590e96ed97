/** A process that `npm start` starts; a program that reads no settings of this server is a tool. */
type Reader = 'proxy' | 'ingest' | 'probe' | 'tool'

/** Variables that hold a password or a key. */
const secrets = /^(REDIS_URL|LIMITS_REDIS_URL|STORE_PASSPHRASE|AWS_.*)$/

const readBy: Readonly<Record<Reader, RegExp | null>> = {
  proxy: /^LIMITS_REDIS_URL$/,
  ingest: /^(REDIS_URL|STORE_PASSPHRASE|AWS_.*)$/,
  probe: /^(REDIS_URL|AWS_.*)$/,
  tool: null,
}

/** An environment with those secrets alone that a process reads: a fault in it then shows no others. */
export function withSecretsFor(reader: Reader, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = readBy[reader]
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.test(name) || own?.test(name)))
}
