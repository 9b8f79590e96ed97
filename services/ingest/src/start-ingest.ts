import { access, constants } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import type { Logger } from '@pushav/shared/logger.ts'
import { onReconnect, pingAll } from '@pushav/shared/redis/client.ts'
import type { Config } from './config.ts'
import { diskClientCertificates } from './disk/client-certificates.ts'
import { createApp } from './http/app.ts'
import { bodyRoutes } from './http/body-routes.ts'
import { certificateRoutes } from './http/certificate-routes.ts'
import { eventRoutes } from './http/event-routes.ts'
import { healthRoutes } from './http/health-routes.ts'
import { logRoutes } from './http/log-routes.ts'
import { objectRoutes } from './http/object-routes.ts'
import { createDoor } from './http/peer.ts'
import { problems } from './http/problems.ts'
import { listen } from './http/server.ts'
import { streamAnswer, streamAnswerOf15 } from './http/stream-answer.ts'
import { streamRoutes } from './http/stream-routes.ts'
import { takeUploadWith, uploadRoutes, uploadsFirst } from './http/upload-requests.ts'
import { createInspector } from './isobmff/inspector.ts'
import { newId } from './new-id.ts'
import { openCertificates } from './open-certificates.ts'
import { openRecords } from './open-records.ts'
import { serverNamesOf } from './server-names.ts'
import { findObjectWith } from './use-cases/find-object.ts'
import { findProbeWith } from './use-cases/find-probe.ts'
import { interfaceOfWith } from './use-cases/interface-of.ts'
import { receiveUploadWith, recoverUploadsWith } from './use-cases/receive-upload.ts'
import { recordEntryWith } from './use-cases/record-entry.ts'
import { streamsWith } from './use-cases/streams.ts'
import { tellingBodies } from './use-cases/tell-uploads.ts'
import { createVerdictBoard } from './use-cases/verdict-board.ts'
import { readLogWith } from './use-cases/wire-log.ts'
import { x509Reader } from './x509/reader.ts'

const catchUpWaitMs = 10_000
const now = (): Date => new Date()

/** Plugs together everything ingest is made of; what is there already is taken apart when `built` is disposed of. */
export async function startIngest(config: Config, built: AsyncDisposableStack, log: Logger): Promise<void> {
  const { workingDirectory, sessionIdleMs: idleMs } = config

  const certificates = built.adopt(
    await openCertificates({ ...config, log, serverNames: () => namesOf(config) }),
    (opened) => opened.close(),
  )
  const shown = await diskClientCertificates(workingDirectory, x509Reader.describe)
  const verdicts = createVerdictBoard()
  const records = await openRecords(config, built, log, verdicts)
  const { bodies, journals, view, redis, index, probes, feed, inspections, indexer } = records

  const record = recordEntryWith(journals, indexer, verdicts, feed, config.verdictWaitMs)
  const streams = streamsWith({ journals, bodies, index, view, record, feed, newId, now, idleMs })
  const telling = tellingBodies(bodies, feed, now)
  const receiving = { bodies: telling, view, newInspector: createInspector, inspections, record, now }
  const receiveUpload = receiveUploadWith({
    ...receiving,
    interfaceOf: interfaceOfWith(journals),
    newId,
    maxBytes: config.maxUploadBytes,
  })

  const recovered = await recoverUploadsWith(receiving)()
  if (recovered > 0) log.warn({ recovered }, 'uploads that a crash cut off were recorded')
  const catchUp = async () => {
    await index
      .renew()
      .catch((error) => log.warn({ error }, 'which version wrote the index is not known yet'))
    await indexer.catchUp()
  }
  onReconnect(redis, catchUp)
  await within(catchUpWaitMs, catchUp())
  await streams.finishRemovals().catch((error) => log.warn({ error }, 'a stream is not wholly removed yet'))

  const closing = new AbortController()
  const health = healthRoutes(
    { redis: () => pingAll(redis), disk: () => access(workingDirectory, constants.W_OK) },
    probes.backlog,
  )
  const { maxUploadBytes: maxBytes } = config
  const takeUpload = takeUploadWith({ receiveUpload, streams, remember: shown.remember, maxBytes, now })
  const letIn = createDoor(certificates.secret)
  const answerProblem = problems(log)
  const app = createApp(
    letIn,
    health,
    [
      certificateRoutes(certificates, log),
      streamRoutes(streams, config.strict, config.isCompat15 ? streamAnswerOf15 : streamAnswer),
      logRoutes(readLogWith(streams, index, probes)),
      bodyRoutes(streams, bodies),
      eventRoutes(feed, streams, closing.signal, now),
      objectRoutes(
        findObjectWith({ bodies, view, index, certificates: shown }),
        findProbeWith(index, probes, config.probeWaitMs),
      ),
      uploadRoutes(takeUpload, streams),
    ],
    answerProblem,
  )
  built.use(await listen(uploadsFirst(takeUpload, letIn, answerProblem, app), config.listen))
  built.defer(() => closing.abort())
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
