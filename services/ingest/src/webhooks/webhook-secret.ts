import { createHmac, randomBytes } from 'node:crypto'

const prefix = 'whsec_'
const newBytes = 32

export const newSecret = (): string => `${prefix}${randomBytes(newBytes).toString('base64')}`

/** Whether a text is `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks, "Signature scheme"). */
export function isSecret(text: string): boolean {
  if (!text.startsWith(prefix)) return false
  const key = keyOf(text)
  return key.length >= 24 && key.length <= 64 && key.toString('base64') === text.slice(prefix.length)
}

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(prefix.length), 'base64')

/** The headers of an attempt (Standard Webhooks): HMAC-SHA-256 over `id.timestamp.body`; the time in Unix seconds. */
export function signedHeaders(
  secret: string,
  { id, body }: { readonly id: string; readonly body: string },
  seconds: number,
): Record<string, string> {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  }
}
