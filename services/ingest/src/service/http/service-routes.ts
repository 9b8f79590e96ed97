import type { AboutResponse } from '@pushav/shared/api/service.ts'
import { Router } from 'express'
import { findingCodes, rules } from '../../validation/rules.ts'

interface ServiceRoutesDeps {
  readonly about: () => Promise<AboutResponse>
}

/** What this server is, and the rules that it knows. */
export function serviceRoutes({ about }: ServiceRoutesDeps): Router {
  const router = Router()
  router.get('/about', async (_request, response) => void response.json(await about()))
  router.get('/findings', (_request, response) => void response.json({ findings: catalogue }))
  router.get('/time', (_request, response) => {
    response.type('text/plain').set('Cache-Control', 'no-store').send(new Date().toISOString())
  })
  return router
}

const catalogue = findingCodes.map((code) => {
  const { severity, standard, title, clause, hint } = rules[code]
  return { code, severity, rule: standard, title, clause, hint }
})
