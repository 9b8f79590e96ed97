import type { AboutResponse } from '@pushav/shared/api/service.ts'
import { isLoopback } from '@pushav/shared/lib/host-address.ts'
import { Router } from 'express'
import { peerOf } from '../../http/authenticate.ts'
import { findingCodes, rules } from '../../validation/rules.ts'

interface ServiceRoutesDeps {
  readonly about: () => Promise<AboutResponse>
}

/** What this server is, and the rules that it knows. */
export function serviceRoutes({ about }: ServiceRoutesDeps): Router {
  const router = Router()
  router.get('/about', async (request, response) => {
    const facts = await about()
    response.json(isLoopback(peerOf(request).address) ? facts : withoutPaths(facts))
  })
  router.get('/findings', (_request, response) => void response.json({ findings: catalogue }))
  router.get('/time', (_request, response) => {
    response.type('text/plain').set('Cache-Control', 'no-store').send(new Date().toISOString())
  })
  return router
}

/** Where files lie concerns clients on this machine, which can read them. */
const withoutPaths = (facts: AboutResponse): AboutResponse => ({
  ...facts,
  root: { ...facts.root, path: null },
  working_directory: null,
})

const catalogue = findingCodes.map((code) => {
  const { severity, standard, title, clause, hint } = rules[code]
  return { code, severity, rule: standard, title, clause, hint }
})
