import { z } from 'zod'
import { time } from '../common.ts'

/** A line of an NSS key log: a label, the client's random and the secret, in hex. */
export const keylogLine = /^[A-Z][A-Z0-9_]{2,60} [0-9a-f]{64} [0-9a-f]{2,256}$/

/** How many lines the proxy reports in one request. */
export const maxKeylogLines = 250

/** The body of `POST /events/tls-secrets`. */
export const tlsSecretsBody = z.object({
  secrets: z
    .array(
      z.object({
        address: z.string().regex(/^[\w.:%-]{1,60}$/),
        port: z.number().int().min(0).max(65_535),
        at: time,
        line: z.string().regex(keylogLine),
      }),
    )
    .max(maxKeylogLines),
})
export type TlsSecret = z.infer<typeof tlsSecretsBody>['secrets'][number]
