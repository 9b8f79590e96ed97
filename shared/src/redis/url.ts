import { z } from 'zod'

/** Kinds of Redis: one server, the primary that Sentinels name, or a Cluster. */
export type RedisTarget =
  | { readonly kind: 'server'; readonly address: string }
  | (NodeList & Primary & { readonly kind: 'sentinel' })
  | (NodeList & { readonly kind: 'cluster' })

interface NodeList {
  readonly nodes: readonly Node[]
  readonly login: Login
  readonly isTls: boolean
}

interface Primary {
  readonly name: string
  readonly db: number
  /** The login of the Sentinels; `login` is that of the servers that they watch. */
  readonly sentinelLogin: Login
}

interface Node {
  readonly host: string
  readonly port: number
}

interface Login {
  readonly username?: string
  readonly password?: string
}

/** A setting with the URL of a Redis: checked, but left as the user wrote it. */
export const redisUrl = z
  .string()
  .refine((url) => targetIn(url) !== null)
  .describe(
    'a redis:// or rediss:// URL, the path of a Unix socket, redis-sentinel://host:port,…/primary-name or redis-cluster://host:port,…',
  )

export const optionalRedisUrl = redisUrl.optional().describe(redisUrl.description ?? '')

/** Parses a URL. Throws for a URL that `redisUrl` rejects. */
export function parseRedisUrl(url: string): RedisTarget {
  const target = targetIn(url)
  if (!target) throw new Error(`not ${redisUrl.description}`)
  return target
}

const nodeListUrl =
  /^redis(?<s>s?)-(?<kind>sentinel|cluster):\/\/((?<login>[^@/?#]*)@)?(?<nodes>[^@/?#]+)\/?(?<path>[^?#]*)(\?(?<query>[^#]+))?$/

function targetIn(url: string): RedisTarget | null {
  const { s, kind, login, nodes, path = '', query = '' } = nodeListUrl.exec(url)?.groups ?? {}
  try {
    if (nodes === undefined)
      return isServer(url) ? { kind: 'server', address: url.replace(/^unix:/, '') } : null
    const common = { login: loginIn(login), isTls: s === 's' }
    if (kind === 'sentinel')
      return { kind, nodes: nodesIn(nodes, 26_379), ...common, ...primaryIn(path, query) }
    return path + query === '' ? { kind: 'cluster', nodes: nodesIn(nodes, 6_379), ...common } : null
  } catch (error) {
    if (error instanceof Malformed || error instanceof URIError) return null
    throw error
  }
}

class Malformed extends Error {}

function isServer(url: string): boolean {
  if (/^(unix:)?\/[^/]/.test(url)) return true
  return /^rediss?:\/\//.test(url) && (URL.parse(url)?.hostname ?? '') !== ''
}

function nodesIn(list: string, defaultPort: number): Node[] {
  return list.split(',').map((node) => {
    const [, host = '', port = defaultPort] = /^(\[[\da-f:.]+\]|[^:[\]\s]+)(?::(\d+))?$/i.exec(node) ?? []
    if (host === '' || Number(port) < 1 || Number(port) > 65_535) throw new Malformed()
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
  })
}

/** Parses `user:password` or `:password`. Throws `Malformed`. */
function loginIn(text: string | undefined): Login {
  if (text === undefined) return {}
  const [, username = '', password = ''] = /^([^:]*):(.+)$/.exec(text) ?? []
  if (password === '') throw new Malformed()
  return {
    ...(username && { username: decodeURIComponent(username) }),
    password: decodeURIComponent(password),
  }
}

/** Parses the path, `name` or `name/db`, and the query, `sentinel=user:password`. Throws `Malformed`. */
function primaryIn(path: string, query: string): Primary {
  const [, name, db = '0'] = /^([^/]+)(?:\/(\d+))?$/.exec(path) ?? []
  const [, sentinelLogin] = /^sentinel=([^&]+)$/.exec(query) ?? []
  if (name === undefined || (query !== '' && sentinelLogin === undefined)) throw new Malformed()
  return { name: decodeURIComponent(name), db: Number(db), sentinelLogin: loginIn(sentinelLogin) }
}
