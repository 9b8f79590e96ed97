import type { Logger } from '@pushav/shared/logger.ts'
import type { Request, RequestHandler } from 'express'
import type { z } from 'zod'

/** Names that are longer, or that a response header cannot have, are not looked at. */
const readable = /^[\w-]{1,40}$/
const maxWarnings = 8

/**
 * Routes of the reference ignore parameters that they do not know, and so do these. One that looks like a misspelt
 * name is named in the header `X-Ignored-Parameters` of the response, and in the log. The query and the JSON body may
 * have the names of `schema`.
 */
export function warnOfMisspelt(schema: z.ZodObject, log: Pick<Logger, 'warn'>): RequestHandler {
  const known = Object.keys(schema.shape)
  return function warnOfMisspeltParameters(request, response, next) {
    const ignored = namesIn(request)
      .slice(0, maxWarnings)
      .flatMap((name) => {
        const meant = nearMissOf(name, known)
        return meant === null ? [] : [{ name, meant }]
      })
    if (ignored.length > 0) {
      response.set('X-Ignored-Parameters', ignored.map(({ name, meant }) => `${name} (${meant}?)`).join(', '))
      log.warn(
        { method: request.method, path: request.path, ignored },
        'parameters that look misspelt are ignored',
      )
    }
    next()
  }
}

function namesIn({ query, body }: Request): readonly string[] {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body) && !Buffer.isBuffer(body)
  return [...Object.keys(query), ...(isObject ? Object.keys(body) : [])].filter((name) => readable.test(name))
}

/** The name that another one differs from by up to two letters, or by case alone; null for a known or a strange one. */
export function nearMissOf(name: string, known: readonly string[]): string | null {
  if (known.includes(name)) return null
  const plain = plainOf(name)
  return known.find((one) => distance(plain, plainOf(one)) <= (one.length > 4 ? 2 : 1)) ?? null
}

const plainOf = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

/** How many letters are to be added, left out or replaced to make one word of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [row, letter] of [...one].entries()) {
    const next = [row + 1]
    for (const [column, wanted] of [...other].entries()) {
      const replaced = (above[column] ?? 0) + (letter === wanted ? 0 : 1)
      next.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    above = next
  }
  return above.at(-1) ?? 0
}
