import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Response, Router } from 'express'
import { Refusal } from '../../lib/refusal.ts'
import { openApiDocument } from './openapi-document.ts'

/** Swagger UI's own files, none of which a client chooses by a path of its own. */
const files: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}
const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>push-av-server: HTTP API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="page"></div>
<noscript>This page needs JavaScript. The document that it shows is at /openapi.json.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`
const script = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null })\n`

/** The OpenAPI document, and Swagger UI, which shows it. */
export function docsRoutes(version: string): Router {
  const router = Router()
  let document: ReturnType<typeof openApiDocument> | undefined
  router.get('/openapi.json', (_request, response) => {
    // Made when it is asked for: it takes a tenth of a second, which few processes need to spend.
    document ??= openApiDocument(version)
    response.json(document)
  })
  router.get('/docs', (_request, response) => void secure(response).type('html').send(page))
  router.get('/docs/:file', (request, response, next) => {
    const { file } = request.params
    if (file === 'start.js') return void secure(response).type('text/javascript').send(script)
    const type = Object.hasOwn(files, file) ? files[file] : undefined
    if (type === undefined) throw new Refusal('not-found', `there is nothing at GET /docs/${file}`)
    secure(response).set({ 'Content-Type': type, 'Cache-Control': 'max-age=3600' })
    response.sendFile(join(folder, file), { cacheControl: false, dotfiles: 'allow' }, (error) => {
      if (error && !response.headersSent) next(error)
    })
  })
  return router
}

const secure = (response: Response): Response =>
  response.set({
    'Content-Security-Policy': contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  })
