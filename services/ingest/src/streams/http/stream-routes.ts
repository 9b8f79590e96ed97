import type { IncomingMessage } from 'node:http'
import { pageQuery } from '@pushav/shared/api/common.ts'
import type { FaultReactionResponse } from '@pushav/shared/api/lab/faults.ts'
import {
  expectedTrackNamesBody,
  reportQuery,
  streamBody,
  streamQuery,
  streamsQuery,
  trackNameBody,
} from '@pushav/shared/api/streams.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { json, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { ReadReportMetrics } from '../../comparison/read-report-metrics.ts'
import type { EnterSubscriber } from '../../events/http/subscriber-limits.ts'
import type { ReadEvidence } from '../../evidence/read-evidence.ts'
import { expectationsOf } from '../../expectations/http/expectations-json.ts'
import type { StreamExpectations } from '../../expectations/judge-expectations.ts'
import { peerOf } from '../../http/authenticate.ts'
import { streamJson, streamText } from '../../http/json-response.ts'
import { warnOfMisspelt } from '../../http/parameters/misspelt-parameters.ts'
import { anyJson, parseBody, parseLooseQuery, parseQuery } from '../../http/parse-request.ts'
import { mustBe } from '../../lib/must-be.ts'
import { Refusal } from '../../lib/refusal.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import { mapPages } from '../pages.ts'
import type { IndexedStream } from '../ports.ts'
import type { IsVisible } from '../read-streams.ts'
import type { Streams } from '../streams.ts'
import { junitPieces } from './junit-report.ts'
import { sessionSummaryResponse } from './session-response.ts'
import { summaryResponse } from './stream-response.ts'

const summariesPerPage = 100

type StreamRequest = Request<{ id: string }>

interface StreamRoutesDeps {
  readonly streams: Streams
  readonly expectations: Pick<StreamExpectations, 'set'>
  readonly strictByDefault: boolean
  readonly responseOf: (stream: IndexedStream) => object
  /** The reference's side of a report, of one session or of all. */
  readonly reportReference: (stream: string, session: string | null) => Promise<object>
  /** How late the segments came, of one session or of all. */
  readonly reportLatency: (stream: string, session: string | null) => Promise<object>
  /** What `GET /compare` compares, of one session or of all. */
  readonly readReportMetrics: ReadReportMetrics
  /** Digests to file a report with, of one session or of all. */
  readonly readEvidence: ReadEvidence
  /** Counts a read of a whole stream, which a report with evidence is. */
  readonly enterWholeRead: EnterSubscriber
  /** What the camera did after faults, in one session or in all. */
  readonly reportFaults: (stream: string, session: string | null) => Promise<readonly FaultReactionResponse[]>
  /** The owner of a stream that this client creates; undefined where streams belong to no client. */
  readonly ownerFor: (request: IncomingMessage) => string | null | undefined
  /** Which streams this client may see; undefined for all. */
  readonly visibleTo: (request: IncomingMessage) => IsVisible | undefined
  readonly log: Pick<Logger, 'warn'>
}

/** The stream routes of the reference and of every generation of the Matter test harness. */
export function streamRoutes(deps: StreamRoutesDeps): Router {
  const {
    streams,
    expectations,
    strictByDefault,
    responseOf,
    reportReference,
    reportLatency,
    readReportMetrics,
    readEvidence,
    enterWholeRead,
    reportFaults,
    ownerFor,
    visibleTo,
    log,
  } = deps
  const router = Router()
  router.post('/streams', sendContinue, json(), warnOfMisspelt(streamBody.unwrap(), log), createStream)
  router.get('/streams', warnOfMisspelt(streamsQuery, log), listStreams)
  router.get('/streams/:id', warnOfMisspelt(streamQuery, log), showStream)
  router.delete('/streams/:id', sendContinue, removeStream)
  router.get('/sessions/:id', listSessions)
  router.get('/streams/:id/report', report)
  router.post('/streams/:id/expectedTrackNames', sendContinue, anyJson(), expectTracks)
  router.post('/streams/:id/trackName', sendContinue, anyJson(), expectTrack)
  return router

  async function createStream(request: Request, response: Response): Promise<void> {
    const { expectations: expected, ...body } = parseBody(streamBody, request.body) ?? {}
    const wanted = expected && expectationsOf(expected)
    const options = { ...body, ...request.query }
    const stream = await streams.create({
      interface: options.interface,
      strict: parseStrict(options.strict) ?? strictByDefault,
      creator: peerOf(request).device,
      owner: ownerFor(request),
    })
    if (wanted) await expectations.set(stream.stream.id, wanted)
    await streamJson(response.status(201), responseOf(stream))
  }

  async function listStreams(request: Request, response: Response): Promise<void> {
    const { summary, cursor, limit } = parseLooseQuery(streamsQuery, request.query)
    if (!summary) {
      const { streams: page, next } = await streams.list(cursor, limit ?? null, visibleTo(request))
      const more = limit === undefined ? {} : { next_cursor: next }
      return streamJson(response, { streams: mapPages(page, responseOf), ...more })
    }
    const { summaries, next } = await streams.summaries(cursor, limit ?? summariesPerPage, visibleTo(request))
    await streamJson(response, { streams: mapPages(summaries, summaryResponse), next_cursor: next })
  }

  async function showStream(request: StreamRequest, response: Response): Promise<void> {
    const { id } = request.params
    const { summary } = parseLooseQuery(streamQuery, request.query)
    if (summary) return void response.json(summaryResponse(await streams.summary(id)))
    await streamJson(response, responseOf(await streams.get(id)))
  }

  async function removeStream(request: StreamRequest, response: Response): Promise<void> {
    // `DELETE $ENDPOINT/$FILE` with an empty FILE must not delete the whole stream.
    if (request.path.endsWith('/'))
      throw new Refusal(
        'path-malformed',
        'name the object, or end without a slash to delete the whole stream',
      )
    await streams.remove(request.params.id)
    response.json({ stream_id: Number(request.params.id), deleted: true })
  }

  async function listSessions(request: StreamRequest, response: Response): Promise<void> {
    const { cursor, limit } = parseQuery(z.object(pageQuery), request.query)
    const { sessions, next } = await streams.sessionViews(request.params.id, cursor, limit)
    response.json({ sessions: sessions.map(sessionSummaryResponse), next_cursor: next })
  }

  async function report(request: StreamRequest, response: Response): Promise<void> {
    const { id } = request.params
    const { session = null, format, ...wanted } = parseQuery(reportQuery, request.query)
    using _counted = wanted.evidence ? enterWholeRead(peerOf(request)) : null
    const reactions = wanted.faults ? await reportFaults(id, session) : []
    if (format === 'junit') {
      const reports = await streams.reportEach(id, session)
      return await streamText(response.type('application/xml'), junitPieces(id, reports, reactions))
    }
    const rules = await streams.report(id, session)
    await streamJson(response, {
      stream_id: Number(id),
      session,
      rules,
      reference: wanted.reference ? await reportReference(id, session) : undefined,
      latency: wanted.latency ? await reportLatency(id, session) : undefined,
      metrics: wanted.metrics ? await readReportMetrics(id, session) : undefined,
      faults: wanted.faults ? reactions : undefined,
      evidence: wanted.evidence ? () => readEvidence(id, session) : undefined,
    })
  }

  async function expectTracks(request: StreamRequest, response: Response): Promise<void> {
    const { expected_track_names: names } = parseBody(expectedTrackNamesBody, request.body)
    const stream = await streams.expectTracks(request.params.id, names ?? [])
    await streamJson(response.status(202), responseOf(stream))
  }

  async function expectTrack(request: StreamRequest, response: Response): Promise<void> {
    const { track_name, trackName } = parseBody(trackNameBody, request.body)
    const name = track_name ?? trackName
    if (name === undefined) throw new Refusal('request-malformed', 'name the track in track_name')
    const stream = await streams.expectTracks(request.params.id, name === '' ? [] : [name])
    await streamJson(response.status(202), responseOf(stream))
  }
}

function parseStrict(word: unknown): boolean | null {
  if (word === undefined) return null
  if (word === 'true') return true
  if (word === 'false') return false
  throw new Refusal('request-malformed', mustBe('strict', 'true or false', word))
}
