import type { IncomingMessage } from 'node:http'
import { compareQuery } from '@pushav/shared/api/evidence/compare.ts'
import { compareReports } from '@pushav/shared/compare/compare-reports.ts'
import { Router } from 'express'
import { parseQuery } from '../../http/parse-request.ts'
import { unknownStream } from '../../streams/assert-stream.ts'
import type { IsVisible } from '../../streams/read-streams.ts'
import type { Streams } from '../../streams/streams.ts'
import type { ReadReportMetrics } from '../read-report-metrics.ts'

interface CompareRoutesDeps {
  readonly streams: Pick<Streams, 'report'>
  readonly readReportMetrics: ReadReportMetrics
  /** Which streams this client may see; undefined for all. */
  readonly visibleTo: (request: IncomingMessage) => IsVisible | undefined
}

/** Two recordings, rule by rule and metric by metric. */
export function compareRoutes({ streams, readReportMetrics, visibleTo }: CompareRoutesDeps): Router {
  const router = Router()
  router.get('/compare', async (request, response) => {
    const { a, b } = parseQuery(compareQuery, request.query)
    const isVisible = visibleTo(request)
    const one = await reportOn(a, isVisible)
    // Uploads may come between two reads; a recording is equal to itself.
    response.json(compareReports(one, a === b ? one : await reportOn(b, isVisible)))
  })
  return router

  async function reportOn(name: string, isVisible: IsVisible | undefined) {
    const { stream, session } = namedIn(name)
    // As unknown as one that does not exist: which streams others have is theirs to know.
    if (isVisible && !(await isVisible(stream))) throw unknownStream(stream)
    const rules = await streams.report(stream, session)
    return { stream_id: Number(stream), session, rules, metrics: await readReportMetrics(stream, session) }
  }
}

/** `1` is stream 1, `1/2` and `1/session_2` are its session 2. */
function namedIn(name: string): { readonly stream: string; readonly session: string | null } {
  const at = name.indexOf('/')
  if (at < 0) return { stream: name, session: null }
  return { stream: name.slice(0, at), session: name.slice(at + 1).replace(/^session_/, '') }
}
