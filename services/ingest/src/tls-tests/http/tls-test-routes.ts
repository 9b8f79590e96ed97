import { type tlsTestsCleared, tlsTestsQuery } from '@pushav/shared/api/certificates.ts'
import { tlsTestIds, tlsTestReport } from '@pushav/shared/tls-tests/tls-tests.ts'
import { json, Router } from 'express'
import type { z } from 'zod'
import { noteForAudit } from '../../access/http/audit-notes.ts'
import { assertFromProxy } from '../../http/authenticate.ts'
import { streamJson } from '../../http/json-response.ts'
import { parseBody, parseQuery } from '../../http/parse-request.ts'
import { asPages, mapPages } from '../../streams/pages.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import type { TestResult, TestResults } from '../results.ts'
import { type TestTarget, tlsTestResponse } from './tls-test-response.ts'

interface TlsTestRoutesDeps {
  readonly results: TestResults
  readonly isEnabled: boolean
  readonly target: () => TestTarget
}

/** The tests of TLS clients with their results; and the proxy's reports of connections to them. */
export function tlsTestRoutes({ results, isEnabled, target }: TlsTestRoutesDeps): Router {
  const router = Router()
  router.get('/tls-tests', async (_request, response) => {
    const newest = await results.newest()
    const byTest = Map.groupBy(newest, ({ test }) => test)
    const devices = devicesByAddress(newest)
    const reached = target()
    const tests = mapPages(asPages(tlsTestIds, 1), (id) =>
      tlsTestResponse(id, reached, byTest.get(id) ?? [], devices),
    )
    await streamJson(response, { enabled: isEnabled, tests })
  })
  router.delete('/tls-tests', async (request, response) => {
    const { address, certificate } = parseQuery(tlsTestsQuery, request.query)
    const cleared = await results.clear({ address, certificate })
    noteForAudit(response, {
      cleared,
      ...(address !== undefined && { address }),
      ...(certificate !== undefined && { certificate }),
    })
    response.json({ cleared } satisfies z.infer<typeof tlsTestsCleared>)
  })
  router.post('/events/tls-tests', sendContinue, json({ limit: '8mb' }), async (request, response) => {
    assertFromProxy(request)
    const { connections } = parseBody(tlsTestReport, request.body)
    await results.record(connections)
    response.status(204).end()
  })
  return router
}

/** Subjects of the certificates that each address has shown in any test. */
function devicesByAddress(results: readonly TestResult[]): ReadonlyMap<string, readonly string[]> {
  const devices = new Map<string, Set<string>>()
  for (const { address, certificate } of results)
    if (certificate) devices.set(address, (devices.get(address) ?? new Set()).add(certificate.subject))
  return new Map(Array.from(devices, ([address, subjects]) => [address, [...subjects].slice(0, maxDevices)]))
}

const maxDevices = 10
