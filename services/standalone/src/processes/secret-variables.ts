/** Kinds of processes that `npm start` starts. A `tool` is a program that reads no settings of this server. */
type Reader = 'proxy' | 'ingest' | 'probe' | 'tool'

/** Variables that hold a password or a key. */
const secrets = /^(REDIS_URL|LIMITS_REDIS_URL|STORE_PASSPHRASE|AWS_.*)$/

const readBy: Readonly<Record<Reader, RegExp | null>> = {
  proxy: /^LIMITS_REDIS_URL$/,
  ingest: /^(REDIS_URL|STORE_PASSPHRASE|AWS_.*)$/,
  probe: /^(REDIS_URL|AWS_.*)$/,
  tool: null,
}

/** The environment with only those secrets that a process reads, so that a fault in it cannot reveal others. */
export function withSecretsFor(reader: Reader, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = readBy[reader]
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.test(name) || own?.test(name)))
}
