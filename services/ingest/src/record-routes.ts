import type { Logger } from '@pushav/shared/logger.ts'
import { type Authorization, ownerFor, visibleTo } from './access/http/authorize.ts'
import type { StreamAccess } from './access/stream-access.ts'
import { compareRoutes } from './comparison/http/compare-routes.ts'
import { readMetricsWith } from './comparison/metrics-view.ts'
import { readReportMetricsWith } from './comparison/read-report-metrics.ts'
import type { Config } from './config.ts'
import { createSubscriberLimits } from './events/http/subscriber-limits.ts'
import { digestJournalsWith } from './evidence/disk/journal-digests.ts'
import { evidenceRoutes } from './evidence/http/evidence-routes.ts'
import { readEvidenceWith } from './evidence/read-evidence.ts'
import { walkLogWith } from './evidence/walk-log.ts'
import type { StreamExpectations } from './expectations/judge-expectations.ts'
import { exportMp4With } from './export/export-mp4.ts'
import { exportRoutes } from './export/http/export-routes.ts'
import { listSessionWith } from './export/list-session.ts'
import { reactionResponse } from './faults/http/fault-json.ts'
import { faultRoutes } from './faults/http/fault-routes.ts'
import { readReactionsWith } from './faults/reaction-view.ts'
import type { Faults } from './faults/start-faults.ts'
import type { KeylogFile } from './keylog/disk/keylog-file.ts'
import { keylogRoutes } from './keylog/http/keylog-routes.ts'
import { latencyResponse } from './latency/http/latency-response.ts'
import { readLatencyWith } from './latency/latency-view.ts'
import type { Storage } from './open-storage.ts'
import { playRoutes } from './playback/http/play-routes.ts'
import { readPlaybackWith } from './playback/read-playback.ts'
import { redisPlayback } from './playback/redis/playback-queries.ts'
import { findProbeWith } from './probes/find-probe.ts'
import { findProbeWorkers } from './probes/redis/probe-workers.ts'
import type { ReferenceResponses } from './reference/http/reference-responses.ts'
import { sealedRoutes } from './sealed/http/sealed-routes.ts'
import { openSessionWith } from './sealed/open-session.ts'
import { probeMediaWith } from './sealed/probe-media.ts'
import { version } from './service/disk/package-version.ts'
import { findCertificateWith, findObjectWith } from './streams/find-object.ts'
import { objectRoutes } from './streams/http/object-routes.ts'
import { streamResponse } from './streams/http/stream-response.ts'
import { streamRoutes } from './streams/http/stream-routes.ts'
import { uploadBytesRoutes } from './streams/http/upload-bytes-routes.ts'
import { uploadDetailRoutes } from './streams/http/upload-detail-routes.ts'
import { uploadLogRoutes } from './streams/http/upload-log-routes.ts'
import { findPreviewWith } from './streams/one-upload/find-preview.ts'
import { readBoxesWith } from './streams/one-upload/read-boxes.ts'
import { readManifestTextWith } from './streams/one-upload/read-manifest-text.ts'
import { readUploadFactsWith } from './streams/one-upload/upload-facts.ts'
import { readMinutesWith } from './streams/read-minutes.ts'
import type { Streams } from './streams/streams.ts'
import { readUploadLogWith } from './streams/upload-log.ts'
import type { OpenUpload } from './uploads/ports.ts'

interface RecordRoutesDeps {
  readonly streams: Streams
  readonly expectations: StreamExpectations
  /** Null where each client may do everything. */
  readonly authorization: Authorization | null
  readonly access: StreamAccess
  readonly reference: ReferenceResponses
  readonly faults: Faults
  /** Null where no keys of TLS connections are kept. */
  readonly keylog: KeylogFile | null
  /** Opens uploads as files of this machine. */
  readonly openUpload: OpenUpload
  /** Opens uploads where they are, to read pieces of them. */
  readonly openPieces: OpenUpload
  readonly closing: AbortSignal
  readonly log: Logger
  readonly now: () => Date
}

/** The routes of streams and of the record that uploads leave: log, bytes, probes, report, player, export, evidence. */
export function recordRoutes(config: Config, storage: Storage, deps: RecordRoutesDeps) {
  const { store, journals, links, redis, index, probes, clientCertificates: certificates } = storage
  const { streams, expectations, authorization, reference, faults, openUpload, openPieces, closing } = deps
  const { now, log } = deps
  const isReference = config.judge === 'reference'
  const visible = visibleTo(authorization, deps.access)
  const findWorkers = () => findProbeWorkers(redis)
  const readReactions = readReactionsWith(index)
  const readLatency = readLatencyWith(index)
  const readReportMetrics = readReportMetricsWith(readMetricsWith(index), readLatency)
  const walkLog = walkLogWith(index)
  const readEvidence = readEvidenceWith(walkLog, digestJournalsWith(journals, config.workingDirectory))
  const playback = readPlaybackWith({ streams, index: redisPlayback(redis) })
  const readUploadLog = readUploadLogWith(streams, index, probes)
  const listSession = listSessionWith(streams, readUploadLog)
  const enterWholeRead = createSubscriberLimits('reads of whole streams')
  return [
    streamRoutes({
      streams,
      expectations,
      strictByDefault: config.strict,
      responseOf: isReference ? reference.streamResponse : streamResponse,
      reportReference: reference.report,
      reportLatency: async (stream, session) => latencyResponse((await readLatency(stream)).tracks(session)),
      readReportMetrics,
      readEvidence,
      enterWholeRead,
      reportFaults: async (stream, session) =>
        (await readReactions(stream)).reactions(session, now().getTime()).map(reactionResponse),
      ownerFor: ownerFor(authorization),
      visibleTo: visible,
      log,
    }),
    compareRoutes({ streams, readReportMetrics, visibleTo: visible }),
    uploadLogRoutes({
      readUploadLog,
      readMinutes: readMinutesWith(streams, index),
      readUploadFacts: readUploadFactsWith(streams, index, probes),
      referenceOf: reference.verdictOn,
    }),
    playRoutes({ playback, store }),
    exportRoutes({
      streams,
      readReportMetrics,
      readEvidence,
      open: openUpload,
      certificates,
      listSession,
      exportMp4: exportMp4With(playback, openUpload),
    }),
    evidenceRoutes(walkLog, version, enterWholeRead),
    keylogRoutes(deps.keylog, walkLog),
    sealedRoutes(
      openSessionWith({ listSession, open: openUpload }),
      probeMediaWith({ probes, findWorkers, waitMs: config.probeWaitMs }),
      closing,
    ),
    uploadDetailRoutes({
      streams,
      readBoxes: readBoxesWith(openPieces),
      readManifestText: readManifestTextWith(index, openPieces),
      findPreview: findPreviewWith(index),
      open: openUpload,
    }),
    uploadBytesRoutes(streams, store, findCertificateWith({ index, certificates })),
    faultRoutes({ faults, streams, readReactions, now }),
    objectRoutes(
      findObjectWith({ store, links, index, certificates }),
      findProbeWith(index, journals, probes, config.probeWaitMs),
    ),
  ]
}
