import type { Site, SiteFile } from '@pushav/ui/site.ts'
import { securityHeaders } from '@pushav/ui/site.ts'
import { type Request, type Response, Router } from 'express'
import { Refusal } from '../../lib/refusal.ts'

/** The web pages and their files, from memory. `/` leads to the list of streams, as in the reference. */
export function uiRoutes(site: Site): Router {
  const router = Router()
  router.get(['/', '/ui'], (_request, response) => response.redirect(307, '/ui/streams'))
  router.get('/ui/assets/*path', async (request, response) => {
    const file = await site.assetAt(request.path.slice('/ui/assets/'.length))
    if (!file)
      throw new Refusal('not-found', 'this file is of another version of the page; load the page again')
    send(request, response, file, 'public, max-age=31536000, immutable')
  })
  router.get('/ui/*path', async (request, response) => {
    const { status, file } = await site.pageAt(request.path.slice('/ui/'.length))
    send(request, response.status(status), file, 'no-cache')
  })
  return router
}

function send(request: Request, response: Response, file: SiteFile, cacheControl: string): void {
  response.set({
    ...securityHeaders,
    'Content-Type': file.type,
    'Cache-Control': cacheControl,
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  })
  if (request.fresh) return void response.status(304).end()
  if (request.acceptsEncodings('gzip')) response.set('Content-Encoding', 'gzip').end(file.gzip)
  else response.end(file.body)
}
