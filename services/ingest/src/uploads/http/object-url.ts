import { parseObjectPath } from '../object-path.ts'

/** The object that a URL names below `/streams/<id>` or `/probe/<id>`, decoded once and safe; the URL is as sent. */
export const objectPathOf = (url: string): string => parseObjectPath(encodedPathOf(url))

/** Whether a URL names the publishing point itself, with or without its trailing slash. */
export const isPublishingPoint = (url: string): boolean => /^\/*$/.test(encodedPathOf(url))

// A router decodes, and `..%2F` must be seen before anything is joined.
function encodedPathOf(url: string): string {
  const query = url.indexOf('?')
  const path = query < 0 ? url : url.slice(0, query)
  return path.replace(/^\/(streams\/probe|streams|probe)\/[^/]+\/?/, '')
}
