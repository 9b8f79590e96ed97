import { certificateProfile, type ProfileName } from '@pushav/shared/api/certificates.ts'
import type { Request } from 'express'
import { z } from 'zod'
import { mustBe } from '../../lib/must-be.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { KeyType } from '../certificate.ts'

export const pemType = 'application/x-pem-file'

/** The format in which a certificate is wanted; null for JSON. Like the functions below, throws `request-malformed`. */
export function formatOf(request: Pick<Request, 'query' | 'accepts'>): 'pem' | 'der' | null {
  const wanted = request.query.format
  if (wanted === undefined) return request.accepts('json', pemType) === pemType ? 'pem' : null
  if (wanted === 'pem' || wanted === 'der') return wanted
  if (wanted === 'json') return null
  throw new Refusal('request-malformed', mustBe('format', 'json, pem or der', wanted))
}

/** The words that the reference's framework takes for true and false; true where there is none. */
export function parseOverride(word: unknown): boolean {
  if (word === undefined) return true
  const text = typeof word === 'string' ? word.toLowerCase() : ''
  if (['true', '1', 'yes', 'on'].includes(text)) return true
  if (['false', '0', 'no', 'off'].includes(text)) return false
  throw new Refusal('request-malformed', mustBe('override', 'true or false', word))
}

/** The kind of key that a word asks for; null for no word. Throws the refusal `request-malformed`. */
export function parseKeyType(word: unknown): KeyType | null {
  if (word === undefined) return null
  if (word === 'ec') return 'ec-p256'
  if (word === 'rsa') return 'rsa-2048'
  throw new Refusal('request-malformed', mustBe('type', 'ec or rsa', word))
}

/** The profile that a word names; null for no word. Throws the refusal `request-malformed`. */
export function parseProfile(word: unknown): ProfileName | null {
  if (word === undefined) return null
  const { data } = certificateProfile.safeParse(word)
  if (data !== undefined) return data
  const allowed = `one of ${certificateProfile.options.join(', ')}`
  throw new Refusal('request-malformed', mustBe('profile', allowed, word))
}

const textOf = (body: unknown): string => (Buffer.isBuffer(body) ? body.toString() : '')

const isJson = (text: string): boolean => /^\s*[{[]/.test(text)

const keyPairBody = z.object({ profile: z.unknown().optional() })

/**
 * The profile in the body of a request for a key pair. A body that is no JSON is not looked at, as in the reference.
 */
export function profileIn(body: unknown): unknown {
  const text = textOf(body)
  if (!isJson(text)) return undefined
  return parseJson(keyPairBody, text, 'the body must be JSON such as {} or {"profile": "expired"}').profile
}

const signBody = z.object({ csr: z.string(), profile: z.unknown().optional() })

/** The CSR in a body, by itself or in JSON, which begins with a brace as DER and PEM do not. */
export function csrBodyOf(body: unknown): { readonly csr: Buffer; readonly profile?: unknown } {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  if (!isJson(bytes.toString('latin1', 0, 64))) return { csr: bytes }
  const wanted = 'the body must be JSON such as {"csr": "<PEM with \\n for newlines>"}'
  const { csr, profile } = parseJson(signBody, bytes.toString(), wanted)
  return { csr: Buffer.from(csr), profile }
}

function parseJson<Body>(schema: z.ZodType<Body>, text: string, wanted: string): Body {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new Refusal('request-malformed', wanted)
  }
}
