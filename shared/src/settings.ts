import { isIP } from 'node:net'
import { z } from 'zod'

/**
 * Reads settings from the environment into one frozen object. Throws an error that names all bad settings at once:
 * `bad settings: PORT must be a port from 0 to 65535, but is "abc"; …`.
 */
export function readSettings<Settings extends object>(
  env: NodeJS.ProcessEnv,
  describe: (setting: Setting) => Settings,
): Readonly<Settings> {
  const faults: string[] = []
  const settings = describe((name, kind, fallback) => {
    const text = env[name] || fallback
    const parsed = kind.safeParse(text)
    if (parsed.success) return parsed.data
    const found = text === undefined ? 'is not set' : `is "${withoutLogin(text)}"`
    faults.push(`${name} must be ${kind.description ?? 'valid'}, but ${found}`)
    return undefined as never
  })
  if (faults.length > 0) throw new Error(`bad settings: ${faults.join('; ')}`)
  return Object.freeze(settings)
}

/**
 * Reads the settings of this process. When `read` throws, prints the message without a stack, and exits with 1.
 */
export function settingsOrExit<Settings>(read: (env: NodeJS.ProcessEnv) => Settings): Settings {
  try {
    return read(process.env)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  }
}

/** A setting is well-formed but names something that this process cannot use, such as a missing file. */
export class UnusableSetting extends Error {
  override name = 'UnusableSetting' as const
}

/** Prints the message of an `UnusableSetting` without a stack, and exits with 1. Throws any other error again. */
export function exitOnUnusableSetting(error: unknown): never {
  if (!(error instanceof UnusableSetting)) throw error
  process.stderr.write(`bad settings: ${error.message}\n`)
  process.exit(1)
}

const withoutLogin = (text: string): string => text.replace(/:\/\/.*@/, '://…@')

type Setting = <Kind extends z.ZodType>(name: string, kind: Kind, fallback?: string) => z.output<Kind>

/** Where a server listens or a client connects: a Unix socket or a TCP port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number }

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
type Unit = keyof typeof unitMs

const unitBytes = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }
type Size = keyof typeof unitBytes

export const text = z.string().min(1).describe('a text')
export const optionalText = z.string().optional()
export const path = text.describe('a path')
export const optionalIp = z
  .string()
  .refine((name) => isIP(name) !== 0)
  .optional()
  .describe('an IP address')
/** A generation of the Matter test harness; 1.5 is the only one that can be named. */
export const compat = z.literal('1.5').optional().describe('1.5')
export const integer = z.coerce.number().int().min(0).describe('a whole number')
export const port = z.coerce.number().int().min(0).max(65_535).describe('a port from 0 to 65535')
/** A port; null for `off`, undefined when the setting is missing. */
export const optionalPort = z
  .union([z.literal('off').transform(() => null), port])
  .optional()
  .describe('a port from 0 to 65535, or off')
export const level = z.enum(['debug', 'info', 'warn', 'error']).describe('debug, info, warn or error')
export const durability = z.enum(['process', 'power', 'store']).describe('process, power or store')
export const flag = z
  .enum(['true', 'false', '1', '0', 'on', 'off'])
  .transform((word) => ['true', '1', 'on'].includes(word))
  .describe('true or false')

/** Whose verdicts clients get: this server's, or those of the Matter SDK's reference server. */
export const judge = z.enum(['ours', 'reference']).describe('ours or reference')

const labels =
  /^(?!.{254})[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i

/** A DNS name such as `pavs`. `pavs.local`, and `pavs._http._tcp.local.` as mDNS announces it, mean the same. */
export const optionalDnsName = z
  .string()
  .regex(labels)
  .transform((name) => name.replace(/\.$/, '').replace(/(\._http\._tcp)?\.local$/i, ''))
  .optional()
  .describe('a DNS name')

/** `*`, or origins such as `https://player.example`, separated by commas; none when the setting is missing. */
export const origins = z
  .string()
  .transform((list) => list.split(',').map((item) => item.trim()))
  .pipe(z.array(z.string().refine((item) => item === '*' || isOrigin(item))))
  .optional()
  .transform((list) => list ?? [])
  .describe('* or origins such as https://player.example, separated by commas')

/** Whether a text is an origin exactly as browsers send it: in lower case, without default port, path or slash. */
const isOrigin = (item: string): boolean => URL.parse(item)?.origin === item

/**
 * A umask such as `077` or `027`: the permissions that new files do not get. It always includes the right of the group
 * and others to write.
 */
export const fileMask = z
  .string()
  .regex(/^0?0[0-7][0-7]$/)
  .transform((word) => Number.parseInt(word, 8) | 0o022)
  .describe('a umask such as 077 or 027')

const durationText = z.string().regex(/^\d+(ms|s|m|h|d)$/)

/** An age such as `12h` or `90d` in milliseconds. It may be too long for a timer. */
export const age = durationText
  .transform((word) => Number.parseInt(word, 10) * unitMs[word.replace(/^\d+/, '') as Unit])
  .describe('a duration such as 10s, 12h or 90d')

/** The longest timer of Node, which fires longer ones after 1 ms. */
const maxTimerMs = 2 ** 31 - 1
const durationWords = 'a duration such as 250ms, 10s or 5m, up to 24d'

/** A duration for timers, such as `250ms`, `10s` or `5m`, in milliseconds. */
export const duration = age.pipe(z.number().max(maxTimerMs)).describe(durationWords)

/** A duration for timers in milliseconds; null for `off`. */
export const durationOrOff = z
  .union([z.literal('off').transform(() => null), duration])
  .describe(`${durationWords}, or off`)

/** A duration: checked, but left as the user wrote it; undefined when the setting is missing. */
export const optionalDuration = durationText.optional().describe(durationWords)

const sizeText = z.string().regex(/^\d+(KiB|MiB|GiB|TiB)?$/)
const sizeWords = 'a size such as 512, 64KiB or 16GiB'

/** A size such as `512`, `64KiB` or `16GiB` in bytes. */
export const size = sizeText
  .transform((word) => Number.parseInt(word, 10) * unitBytes[word.replace(/^\d+/, '') as Size])
  .describe(sizeWords)

/** A whole number from 1; null for `off`. */
export const limit = z
  .union([z.literal('off').transform(() => null), z.coerce.number().int().min(1)])
  .describe('a whole number from 1, or off')

/** A size from 1 byte in bytes; null for `off`. */
export const sizeLimit = z
  .union([z.literal('off').transform(() => null), size.pipe(z.number().min(1))])
  .describe(`${sizeWords}, or off`)

/** A size: checked, but left as the user wrote it; undefined when the setting is missing. */
export const optionalSize = sizeText.optional().describe(sizeWords)

/** An address: `unix:/path/to.sock` or `host:port`, for IPv6 `[::1]:8080`. */
export const address = z
  .string()
  .regex(/^(unix:.+|.+:\d+)$/)
  .transform(addressOf)
  .describe('unix:/path or host:port')

/** An address; null when the setting is missing. */
export const optionalAddress = address
  .optional()
  .transform((found) => found ?? null)
  .describe('unix:/path or host:port')

/** `host:port`; null when the setting is missing. */
export const optionalTcpAddress = z
  .string()
  .regex(/^(?!unix:).+:\d+$/)
  .transform((word) => tcpAddressOf(word))
  .optional()
  .transform((found) => found ?? null)
  .describe('host:port')

function addressOf(word: string): Address {
  if (word.startsWith('unix:')) return { path: word.slice('unix:'.length) }
  return tcpAddressOf(word)
}

function tcpAddressOf(word: string): { readonly host: string; readonly port: number } {
  const colon = word.lastIndexOf(':')
  return { host: word.slice(0, colon).replace(/^\[(.+)\]$/, '$1'), port: Number(word.slice(colon + 1)) }
}
