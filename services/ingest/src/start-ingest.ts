import { access as checkAccess, constants } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import { keylogWarning } from '@pushav/shared/access-warning.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { AccessReport } from '@pushav/shared/process/ready-report.ts'
import { onReconnect, pingAll } from '@pushav/shared/redis/client.ts'
import { createSite } from '@pushav/ui/site.ts'
import { readClientRoots } from './access/disk/client-roots.ts'
import { auditRequests } from './access/http/audit-requests.ts'
import { anonymousClient } from './access/http/client.ts'
import { watchUploads } from './access/http/watch-uploads.ts'
import { serverWarnings } from './access/server-warnings.ts'
import { makeStartTokens } from './access/start-tokens.ts'
import { x509Reader } from './certificates/x509/reader.ts'
import { serverNamesOf } from './certificates/x509/server-names.ts'
import type { Config } from './config.ts'
import { judgeExpectationsWith } from './expectations/judge-expectations.ts'
import { redisVerdictStates } from './expectations/redis/verdict-states.ts'
import { createVerdictWatch } from './expectations/watch-verdicts.ts'
import { redisFaultStore } from './faults/redis/fault-store.ts'
import { startFaults } from './faults/start-faults.ts'
import { allowOrigins } from './http/allow-origins.ts'
import { createProxyAuth } from './http/authenticate.ts'
import { createErrorResponder } from './http/error-handler.ts'
import { healthRoutes } from './http/health-routes.ts'
import { createApp } from './http/http-app.ts'
import { listen } from './http/http-server.ts'
import { openInstance } from './instances/disk/instance-locks.ts'
import { startTakeOver } from './instances/take-over.ts'
import { openKeylogFile } from './keylog/disk/keylog-file.ts'
import { newId } from './lib/new-id.ts'
import { openMetrics } from './metrics/open-metrics.ts'
import { openAccess } from './open-access.ts'
import { type Certificates, openCertificates } from './open-certificates.ts'
import { openSharedFiles } from './open-shared-files.ts'
import { openStorage } from './open-storage.ts'
import { openWebhooks } from './open-webhooks.ts'
import { findProbeWorkers } from './probes/redis/probe-workers.ts'
import { deviceKeysWith } from './quotas/device-keys.ts'
import { createDiskSpace, takeSpaceOf } from './quotas/disk-space.ts'
import { createQuotas, hasDeviceQuota, hasQuota } from './quotas/quotas.ts'
import { startUsageRefresh } from './quotas/refresh-usage.ts'
import { createUsage } from './quotas/usage.ts'
import { recordRoutes } from './record-routes.ts'
import { referenceResponsesWith } from './reference/http/reference-responses.ts'
import { readReferenceWith } from './reference/read-reference.ts'
import { freeBytesIn } from './retention/disk/free-bytes.ts'
import { findEndedWith } from './retention/find-ended.ts'
import { removeSessionWith } from './retention/remove-session.ts'
import { reportRemovalWith } from './retention/report-removal.ts'
import { startRetention } from './retention/run-retention.ts'
import { serverRoutes } from './server-routes.ts'
import type { ProxyPorts } from './service/describe-server.ts'
import { uiRoutes } from './service/http/ui-routes.ts'
import { recordEntryWith } from './streams/record-entry.ts'
import { streamsWith } from './streams/streams.ts'
import { createUploadHandling } from './upload-handling.ts'
import { openPiecesWith } from './uploads/body/open-pieces.ts'
import { diskOpenUpload } from './uploads/disk/open-upload.ts'
import { uploadRoutes, withPutFastPath } from './uploads/http/put-upload.ts'
import { respondWithReceipt } from './uploads/http/upload-response.ts'
import { createInFlightUploads } from './uploads/in-flight.ts'
import { createPendingVerdicts } from './uploads/pending-verdicts.ts'
import { startProgressReports } from './uploads/publish-progress.ts'
import { createWebhookNotifier } from './webhooks/notify-webhooks.ts'

const catchUpWaitMs = 10_000
const faultRefreshMs = 1_000
const uploadReviewMs = 1_000
const usageRefreshMs = 30_000
const usageRetryMs = 1_000
const now = (): Date => new Date()

interface RunningIngest {
  readonly app: ReturnType<typeof createApp>
  /** What the person who starts the server needs in order to get in; null where each client may do everything. */
  readonly makeStartTokens: () => Promise<AccessReport | null>
}

/** Opens and connects all parts of ingest, then listens. Each part is undone when `built` is disposed of. */
export async function startIngest(
  config: Config,
  built: AsyncDisposableStack,
  log: Logger,
): Promise<RunningIngest> {
  const { workingDirectory, verdictWaitMs, sessionIdleMs: idleMs, diskReserveBytes: reserveBytes } = config
  const closing = new AbortController()
  // Before the proxy is told to report secrets.
  const keylog = config.keylog === null ? null : built.use(await openKeylogFile(config.keylog, log))
  if (keylog) log.warn({ path: config.keylog }, keylogWarning)
  const shared = await openSharedFiles(config, built, log)
  const certificates = built.adopt(
    await openCertificates({
      ...config,
      log,
      now,
      shared,
      serverNames: () => namesOf(config),
      clientRoots: config.clientCa ? await readClientRoots(config.clientCa) : null,
      hasAdmin: config.auth === 'mtls',
      reportsSecrets: keylog !== null,
    }),
    (opened) => opened.close(),
  )
  const verdicts = createPendingVerdicts()
  const { metrics, serve: serveMetrics } = await openMetrics(config.metricsAddress)
  const usage = createUsage()
  const quotas = hasQuota(config.quotas) ? createQuotas(config.quotas, usage, reportRefusal) : null
  const instance = built.use(await openInstance(workingDirectory, config.instance))
  const verdictWatch = createVerdictWatch()
  const notifier = createWebhookNotifier()
  const listeners = { verdicts, verdictWatch, notifier, metrics, quotas }
  const storage = await openStorage({ ...config, instance: instance.name }, built, log, listeners)
  const { store, journals, links, redis, index, deviceSums, probes, eventBus, indexer } = storage
  const { clientCertificates } = storage
  const access = await openAccess(config, { certificates, clientCertificates, journals, shared }, built, log)
  const { authorization } = access
  const { read } = x509Reader
  const nowMs = () => performance.now()
  const deviceKeys = deviceKeysWith({ usage, details: clientCertificates.details, read, nowMs })
  const freeBytes = () => freeBytesIn(workingDirectory)
  const space =
    reserveBytes > 0 ? createDiskSpace({ freeBytes, reserveBytes, nowMs, onRefusal: onDiskFull }) : null
  const takeSpace = space && takeSpaceOf(space)
  const record = recordEntryWith({ journals, indexer, verdicts, verdictWaitMs, takeSpace })
  const inFlight = createInFlightUploads()
  const faults = built.use(
    await startFaults({ store: redisFaultStore(redis), newId, now, log, intervalMs: faultRefreshMs }),
  )
  const streams = streamsWith({
    journals,
    store,
    index,
    links,
    record,
    setOwner: access.streams.setOwner,
    eventBus,
    inFlight,
    certificates: clientCertificates,
    reserveStream: quotas && ((creator) => quotas.reserveStream(creator && deviceKeys.of(creator))),
    takeSpace,
    onRemoved,
    deviceSums,
    newId,
    now,
    idleMs,
  })
  const retention = built.use(
    startRetention({
      policy: config.retention,
      findEnded: findEndedWith({ journals, index, idleMs }),
      removeSession: removeSessionWith({ ...storage, record, inFlight, newId, now, idleMs }),
      freeBytes,
      report: reportRemovalWith(log, access.audit, metrics.removed),
      intervalMs: config.retentionIntervalMs,
      idleMs,
      log,
      now,
    }),
  )
  built.use(startProgressReports(eventBus, inFlight, now))
  built.use(
    await serveMetrics({
      backlog: probes.backlog,
      inFlight,
      workingDirectory,
      shipBacklog: storage.shared?.backlog ?? null,
    }),
  )
  const openUpload = diskOpenUpload(store)
  const openPieces = openPiecesWith(store, openUpload)
  const reference = referenceResponsesWith(readReferenceWith({ index, open: openPieces }))
  const { handleUpload, recoverUploads } = createUploadHandling(config, storage, {
    streams,
    verdicts,
    inFlight,
    faults,
    quotas,
    deviceKeys,
    space,
    respondWithReceipt: config.judge === 'reference' ? reference.respond : respondWithReceipt,
    closing: closing.signal,
    now,
  })
  await recover()
  let proxyPorts: ProxyPorts = { port: null, uiPort: null, isLoopback: true, tlsTests: null }
  const warnings = serverWarnings(
    config.auth,
    () => proxyPorts.isLoopback,
    () => [...certificates.warnings(), ...(storage.shared?.warnings() ?? [])],
    keylog !== null,
  )
  const expectations = judgeExpectationsWith({ streams, index, record, newId, now, idleMs })
  verdictWatch.start({ expectations, states: redisVerdictStates(redis), eventBus, log, now })
  built.use(verdictWatch)
  const port = () => proxyPorts.port
  const webhooks = openWebhooks(config, built, log, { storage, streams, notifier, shared, newId, now, port })
  if (quotas) {
    const keys = hasDeviceQuota(config.quotas) ? deviceKeys : null
    const every = { intervalMs: usageRefreshMs, retryMs: usageRetryMs }
    built.use(await startUsageRefresh({ journals, index, usage, deviceKeys: keys, ...every, log }))
  }
  const authenticate = createProxyAuth(certificates.secret)
  if (authorization) {
    const { reviewUpload: review } = authorization
    const { audit } = access
    const everyMs = uploadReviewMs
    built.use(watchUploads({ inFlight, review, authenticate, journals, audit, log, everyMs, now }))
  }
  const respondWithError = createErrorResponder(log)
  const health = healthRoutes(
    { redis: () => pingAll(redis), disk: () => checkAccess(workingDirectory, constants.W_OK) },
    async () => ({ ...(await probes.backlog()), workers: await findProbeWorkers(redis) }),
    () => ({ auth: config.auth, warnings: warnings() }),
    storage.shared && { ...storage.shared, isNeeded: config.durability === 'store' },
  )
  const routers = [
    ...serverRoutes(config, storage, {
      certificates,
      access,
      streams,
      expectations,
      inFlight,
      retention,
      webhooks,
      metrics,
      warnings,
      proxyPorts: () => proxyPorts,
      onProxyPorts,
      testTarget: () => testTargetOf(config, certificates, proxyPorts),
      closing: closing.signal,
      now,
      log,
    }),
    // The last routes, because one takes every path below a stream.
    ...recordRoutes(config, storage, {
      streams,
      expectations,
      authorization,
      access: access.streams,
      reference,
      faults,
      keylog,
      openUpload,
      openPieces,
      closing: closing.signal,
      now,
      log,
    }),
    uploadRoutes(handleUpload, streams),
    uiRoutes(createSite()),
  ]
  const clientOf = authorization?.clientOf ?? (() => anonymousClient)
  const app = createApp({
    authenticate,
    respondWithError,
    health,
    routers,
    gates: [...(authorization ? [authorization.requireAccess] : []), auditRequests(access.audit, clientOf)],
    allowOrigins: allowOrigins(config.allowedOrigins),
  })
  const authorizeUpload = authorization?.authorizeUpload ?? null
  const listener = withPutFastPath({ handleUpload, authenticate, respondWithError, app, authorizeUpload })
  built.use(await listen(listener, config.listen))
  built.defer(() => closing.abort())
  return {
    app,
    makeStartTokens: () => makeStartTokens(config.auth, access.tokens, certificates.adminFile),
  }

  /** Every refusal by a quota passes here; the log line is that of the request. */
  function reportRefusal(limit: string): void {
    metrics.unstored(limit)
    access.auditLimit(limit)
  }

  function onRemoved(stream: string): void {
    verdictWatch.touch(stream)
    faults.forget(stream)
    if (quotas) usage.forget(stream)
  }

  function onDiskFull(): void {
    reportRefusal('disk-reserve')
    void retention.run()
  }

  function onProxyPorts(ports: ProxyPorts): void {
    // One of several proxies has the ports for tests of TLS clients.
    proxyPorts = { ...ports, tlsTests: ports.tlsTests ?? proxyPorts.tlsTests }
  }

  /** Completes what earlier processes left unfinished: uploads, the index, removals of streams. */
  async function recover(): Promise<void> {
    const recovered = await recoverUploads(instance.name)
    if (recovered > 0) log.warn({ recovered }, 'uploads that a crash cut off were recorded')
    await storage.shared?.shipLeftOver()
    onReconnect(redis, catchUp)
    await waitAtMost(catchUpWaitMs, catchUp())
    built.use(startTakeOver({ locks: instance, recoverUploads, catchUp: indexer.catchUp, log }))
    await streams.finishRemovals().catch((error) => log.warn({ error }, 'a stream is not wholly removed yet'))
  }

  async function catchUp(): Promise<void> {
    await index
      .renew()
      .catch((error) => log.warn({ error }, 'which version wrote the index is not known yet'))
    // A crash may have kept counts from the totals.
    for (const stream of await journals.streams()) deviceSums.touch(stream)
    await indexer.catchUp()
  }
}

function namesOf({ serverIp, dnsName }: Config) {
  const dns = dnsName ? [dnsName, `${dnsName}.local`] : []
  return serverNamesOf({ hostName: hostname(), interfaces: networkInterfaces(), serverIp, dns })
}

function testTargetOf(config: Config, { pathOf }: Pick<Certificates, 'pathOf'>, { tlsTests }: ProxyPorts) {
  const { commonName: host, dnsNames } = namesOf(config)
  const { by_name: byName = null, by_test: byTest = {} } = tlsTests ?? {}
  return { host, dnsName: dnsNames[0] ?? host, root: pathOf('server', 'root.pem'), byName, byTest }
}

/** Resolves when the work is done or the time is over; the work goes on. */
function waitAtMost(ms: number, work: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    work.finally(() => resolve(clearTimeout(timer)))
  })
}
