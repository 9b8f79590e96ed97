import type { TlsTestsResponse } from '@pushav/shared/api/certificates.ts'
import { tlsTestIds, tlsTestReport } from '@pushav/shared/tls-tests/tls-tests.ts'
import { json, Router } from 'express'
import { assertFromProxy } from '../../http/authenticate.ts'
import { parseBody } from '../../http/parse-request.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import type { TestResults } from '../results.ts'
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
    const byTest = Map.groupBy(await results.newest(), ({ test }) => test)
    const reached = target()
    const tests = tlsTestIds.map((id) => tlsTestResponse(id, reached, byTest.get(id) ?? []))
    response.json({ enabled: isEnabled, tests } satisfies TlsTestsResponse)
  })
  router.post('/events/tls-tests', sendContinue, json({ limit: '8mb' }), async (request, response) => {
    assertFromProxy(request)
    const { connections } = parseBody(tlsTestReport, request.body)
    await results.record(connections)
    response.status(204).end()
  })
  return router
}
