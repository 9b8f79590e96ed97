import { access, constants } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import type { Logger } from '@pushav/shared/logger.ts'
import { v7 as newId } from 'uuid'
import type { Config } from './config.ts'
import { diskBodies } from './disk/bodies.ts'
import { diskClientCertificates } from './disk/client-certificates.ts'
import { diskJournals } from './disk/journals.ts'
import { diskView } from './disk/view.ts'
import { createApp } from './http/app.ts'
import { certificateRoutes } from './http/certificate-routes.ts'
import { healthRoutes } from './http/health-routes.ts'
import { objectRoutes } from './http/object-routes.ts'
import { listen } from './http/server.ts'
import { streamAnswer, streamAnswerOf15 } from './http/stream-answer.ts'
import { streamRoutes } from './http/stream-routes.ts'
import { uploadRoutes } from './http/upload-routes.ts'
import { createInspector } from './isobmff/inspector.ts'
import { inspectManifest } from './manifest/inspect-manifest.ts'
import { openCertificates } from './open-certificates.ts'
import { createProbeQueue } from './queue/probe-queue.ts'
import { blockingTwinOf, connectRedis, createErrorReport } from './redis/client.ts'
import { redisIndex } from './redis/index.ts'
import { serverNamesOf } from './server-names.ts'
import { findObjectWith } from './use-cases/find-object.ts'
import { findProbeWith } from './use-cases/find-probe.ts'
import { startIndexer } from './use-cases/index-journals.ts'
import { inspectionsOf } from './use-cases/inspect-upload.ts'
import { createOneAtATime } from './use-cases/one-at-a-time.ts'
import { receiveUploadWith, recoverUploadsWith } from './use-cases/receive-upload.ts'
import { recordEntryWith } from './use-cases/record-entry.ts'
import { streamsWith } from './use-cases/streams.ts'
import { createVerdictBoard } from './use-cases/verdict-board.ts'
import { x509Reader } from './x509/reader.ts'

const catchUpWaitMs = 10_000
const now = (): Date => new Date()

/** Plugs together everything ingest is made of; what is there already is taken apart when `built` is disposed of. */
export async function startIngest(config: Config, built: AsyncDisposableStack, log: Logger): Promise<void> {
  const { workingDirectory, instance } = config

  const certificates = built.adopt(
    await openCertificates({ ...config, log, serverNames: () => namesOf(config) }),
    (opened) => opened.close(),
  )
  const bodies = await diskBodies(workingDirectory, instance)
  const journals = built.use(await diskJournals(workingDirectory, instance, log))
  const view = await diskView(workingDirectory, instance, createOneAtATime())
  const shown = await diskClientCertificates(workingDirectory, x509Reader.describe)

  const onError = createErrorReport(log)
  const redis = built.adopt(connectRedis(config.redisUrl, onError), (client) => client.disconnect())
  const blocking = built.adopt(blockingTwinOf(redis, onError), (client) => client.disconnect())
  const index = redisIndex(redis)
  const probes = built.use(createProbeQueue(redis, blocking, redis, onError))

  const verdicts = createVerdictBoard()
  const newInspector = () => createInspector()
  const inspections = inspectionsOf(bodies, newInspector, inspectManifest)
  const indexer = built.use(
    startIndexer({ journals, index, probes, inspections, verdicts, log, retryMs: 500 }),
  )
  const record = recordEntryWith(journals, indexer, verdicts, config.verdictWaitMs)
  const streams = streamsWith({ journals, index, view, record, newId, now })
  const receiving = { bodies, view, newInspector, inspections, record, now }
  const receiveUpload = receiveUploadWith({
    ...receiving,
    newId,
    maxBytes: config.maxUploadBytes,
  })

  const recovered = await recoverUploadsWith(receiving)()
  if (recovered > 0) log.warn({ recovered }, 'uploads that a crash cut off were recorded')
  redis.on('ready', () => void indexer.catchUp())
  await within(catchUpWaitMs, indexer.catchUp())

  const health = healthRoutes(
    { redis: () => redis.ping(), disk: () => access(workingDirectory, constants.W_OK) },
    probes.backlog,
  )
  const app = createApp(
    certificates.secret,
    health,
    [
      certificateRoutes(certificates, log),
      streamRoutes(streams, config.strict, config.isCompat15 ? streamAnswerOf15 : streamAnswer),
      objectRoutes(
        findObjectWith({ bodies, view, index, certificates: shown }),
        findProbeWith(index, probes, config.probeWaitMs),
      ),
      uploadRoutes(receiveUpload, streams, shown.remember, config.maxUploadBytes, now),
    ],
    log,
  )
  built.use(await listen(app, config.listen))
}

function namesOf({ serverIp, dnsName }: Config) {
  const dns = dnsName ? [dnsName, `${dnsName}.local`] : []
  return serverNamesOf({ hostName: hostname(), interfaces: networkInterfaces(), serverIp, dns })
}

/** Waits for work that goes on by itself when it takes longer. */
function within(ms: number, work: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    work.finally(() => resolve(clearTimeout(timer)))
  })
}
