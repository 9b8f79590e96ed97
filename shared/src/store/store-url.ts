import { z } from 'zod'

/** The place in an object store where this server keeps its objects. */
export interface StoreTarget {
  readonly bucket: string
  /** Prefix of all keys: empty, or a path that ends in a slash. */
  readonly prefix: string
  /** URL of the store; null for Amazon's, which follows from the region. */
  readonly endpoint: string | null
  /** Null for the region that the environment names. */
  readonly region: string | null
  /** Whether the bucket is in the path of a URL rather than in its host name. */
  readonly isPathStyle: boolean
}

/** Parses `s3://bucket/prefix?endpoint=…&region=…&style=path|virtual`; null when the setting is missing. */
export const optionalStoreUrl = z
  .string()
  .transform((url) => targetIn(url))
  .pipe(z.custom<StoreTarget>((target) => target !== null))
  .optional()
  .transform((target) => target ?? null)
  .describe('s3://bucket/prefix?endpoint=https://host:port&region=name, without keys')

/** Amazon's rules for names of buckets, which other stores share. */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
/** One folder of a prefix, of characters that every store and every tool accepts without encoding. */
const prefixPart = /^(?!\.{1,2}$)[\w.!*'()-]{1,128}$/
const maxPrefixBytes = 512
const parameters = ['endpoint', 'region', 'style']

/** Parses a URL; null for an invalid one, and for one with credentials, because other users can see arguments. */
function targetIn(url: string): StoreTarget | null {
  const parsed = URL.parse(url)
  if (parsed?.protocol !== 's3:' || parsed.username || parsed.password || parsed.port || parsed.hash)
    return null
  const { hostname: bucket, pathname, searchParams } = parsed
  const parts = pathname.split('/').filter((part) => part !== '')
  const prefix = parts.map((part) => `${part}/`).join('')
  if (!bucketName.test(bucket) || !parts.every((part) => prefixPart.test(part))) return null
  if (prefix.length > maxPrefixBytes) return null
  const names = [...searchParams.keys()]
  if (new Set(names).size < names.length || !names.every((name) => parameters.includes(name))) return null
  const [endpoint = null, region = null, style = null] = parameters.map(
    (name) => searchParams.get(name) ?? undefined,
  )
  if (endpoint !== null && !isEndpoint(endpoint)) return null
  if (region !== null && !/^[\w-]{1,64}$/.test(region)) return null
  if (style !== null && style !== 'path' && style !== 'virtual') return null
  const isPathStyle = style === null ? endpoint !== null : style === 'path'
  return { bucket, prefix, endpoint, region, isPathStyle }
}

function isEndpoint(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false
  return !url.username && !url.password && url.pathname === '/' && !url.search && !url.hash
}
