import { z } from 'zod'

const text = z.string()
const size = z.number().int().min(-1).describe('-1: not known')
const milliseconds = z.number().min(0)
const pairs = z.array(z.strictObject({ name: text, value: text }))
const none = z.array(z.never())

/** One request and its response as an entry of HAR 1.2, which allows custom fields with an underscore. */
const harEntry = z
  .strictObject({
    startedDateTime: z.iso.datetime(),
    time: milliseconds.describe('From head to last byte of the request'),
    request: z.strictObject({
      method: text,
      url: z.url(),
      httpVersion: text,
      cookies: none,
      headers: pairs,
      queryString: none,
      postData: z.strictObject({ mimeType: text, text, comment: text }),
      headersSize: size,
      bodySize: size,
    }),
    response: z.strictObject({
      status: z.number().int().describe('0: the body was cut off'),
      statusText: text,
      httpVersion: text,
      cookies: none,
      headers: none,
      content: z.strictObject({ size, mimeType: text, comment: text }),
      redirectURL: text,
      headersSize: size,
      bodySize: size,
    }),
    cache: z.strictObject({}),
    timings: z.strictObject({ send: milliseconds, wait: milliseconds, receive: milliseconds }),
    connection: text.describe('Address and port of the client'),
    comment: text,
    _upload: text,
    _session: text.nullable(),
    _track: text.nullable(),
    _tls: text,
    _findings: z.array(z.strictObject({ code: text, severity: text, message: text })),
  })
  .meta({ id: 'HarEntry' })
export type HarEntry = z.infer<typeof harEntry>

/** `GET /har/{id}`: HTTP Archive 1.2. */
export const har = z
  .strictObject({
    log: z.strictObject({
      version: z.literal('1.2'),
      creator: z.strictObject({ name: text, version: text }),
      comment: text,
      entries: z.array(harEntry),
    }),
  })
  .meta({ id: 'Har' })
