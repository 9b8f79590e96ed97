import type { Request } from 'express'
import { parseObjectPath } from '../domain/object-path.ts'

/** The object that a request names below `/streams/<id>` or `/probe/<id>`, decoded once and safe. */
export const objectPathOf = (request: Request): string => parseObjectPath(encodedPathOf(request))

/** Whether a request names the publishing point itself, with or without its trailing slash. */
export const isPublishingPoint = (request: Request): boolean => /^\/*$/.test(encodedPathOf(request))

// Taken from the URL as sent: a router decodes, and `..%2F` must be seen before anything is joined.
function encodedPathOf(request: Request): string {
  const [path = ''] = request.originalUrl.split('?', 1)
  return path.replace(/^\/(streams\/probe|streams|probe)\/[^/]+\/?/, '')
}
