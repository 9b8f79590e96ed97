import type { Logger } from '@pushav/shared/logger.ts'
import { accessRoutes } from './access/http/access-routes.ts'
import { anonymousClient } from './access/http/client.ts'
import { revokedIn } from './certificates/device-history.ts'
import { certificateRoutes } from './certificates/http/certificate-routes.ts'
import type { Config } from './config.ts'
import { deviceRoutes } from './devices/http/device-routes.ts'
import { readDevicesWith } from './devices/read-devices.ts'
import { eventRoutes } from './events/http/event-routes.ts'
import { sendStateWith } from './events/http/send-state.ts'
import { createStates } from './events/states/states.ts'
import { expectationRoutes } from './expectations/http/expectation-routes.ts'
import type { StreamExpectations } from './expectations/judge-expectations.ts'
import { waitForWith } from './expectations/wait-for.ts'
import type { IngestMetrics } from './metrics/ingest-metrics.ts'
import type { Access } from './open-access.ts'
import type { Certificates } from './open-certificates.ts'
import type { Storage } from './open-storage.ts'
import { probeRoutes } from './probes/http/probe-routes.ts'
import { findProbeWorkers } from './probes/redis/probe-workers.ts'
import { refusalRoutes } from './refusals/http/refusal-routes.ts'
import { redisRefusals } from './refusals/redis/redis-refusals.ts'
import { retentionRoutes } from './retention/http/retention-routes.ts'
import type { Retention } from './retention/run-retention.ts'
import { describeServerWith, type ProxyPorts } from './service/describe-server.ts'
import { version } from './service/disk/package-version.ts'
import { docsRoutes } from './service/http/docs-routes.ts'
import { serviceRoutes } from './service/http/service-routes.ts'
import type { Streams } from './streams/streams.ts'
import { readUploadLogWith } from './streams/upload-log.ts'
import type { TestTarget } from './tls-tests/http/tls-test-response.ts'
import { tlsTestRoutes } from './tls-tests/http/tls-test-routes.ts'
import { redisTestResults } from './tls-tests/redis/redis-test-results.ts'
import type { InFlightUploads } from './uploads/in-flight.ts'
import type { Webhooks } from './webhooks/edit-webhooks.ts'
import { webhookRoutes } from './webhooks/http/webhook-routes.ts'

interface ServerRoutesDeps {
  readonly certificates: Certificates
  readonly access: Access
  readonly streams: Streams
  readonly expectations: StreamExpectations
  readonly inFlight: InFlightUploads
  readonly retention: Retention
  readonly webhooks: Webhooks
  readonly metrics: Pick<IngestMetrics, 'refused'>
  /** What the owner of this server should know and change, in sentences. */
  readonly warnings: () => readonly string[]
  readonly proxyPorts: () => ProxyPorts
  readonly onProxyPorts: (ports: ProxyPorts) => void
  /** Where clients reach the tests of TLS clients. */
  readonly testTarget: () => TestTarget
  /** Aborted when this process stops. */
  readonly closing: AbortSignal
  readonly now: () => Date
  readonly log: Logger
}

/** The routes of the server as a whole: access, certificates, devices, events, expectations, webhooks. */
export function serverRoutes(config: Config, storage: Storage, deps: ServerRoutesDeps) {
  const { redis, index, probes, eventBus, deviceSums: sums, clientCertificates } = storage
  const { certificates, streams, expectations, inFlight, proxyPorts, warnings, closing, now, log } = deps
  const { auth, retention: policy, hasTlsTests: isEnabled } = config
  const { tokens, sessions, streams: access, authorization, endAdmin, keyOfName, audit } = deps.access
  const clientOf = authorization?.clientOf ?? (() => anonymousClient)
  const grantOf = authorization?.grantOf ?? (() => null)
  const { history } = certificates
  const isRevoked = async (serial: string) => revokedIn(await history()).has(serial)
  const devices = readDevicesWith({ index: storage.devices, sums, certificates: clientCertificates, history })
  const { lastSeen } = devices
  const refusals = redisRefusals(redis, now)
  const { backlog } = probes
  const readUploadLog = readUploadLogWith(streams, index, probes)
  const states = createStates({ eventBus, streams, readUploadLog, inFlight, refusals, backlog, now })
  const waitFor = waitForWith({ states, streams, index, expectations })
  const about = describeServerWith({ version, config, certificates, proxyPorts, startedAt: now() })
  return [
    accessRoutes({ auth, tokens, sessions, access, streams, clientOf, isRevoked, keyOfName, warnings }),
    certificateRoutes({ ...certificates, lastSeen, onProxyPorts: deps.onProxyPorts, grantOf, endAdmin }, log),
    docsRoutes(version),
    serviceRoutes({ about }),
    deviceRoutes(devices),
    probeRoutes(probes, () => findProbeWorkers(redis)),
    expectationRoutes(expectations, waitFor, closing),
    eventRoutes(eventBus, streams, sendStateWith(states, now), closing),
    retentionRoutes(deps.retention, policy),
    webhookRoutes(deps.webhooks),
    tlsTestRoutes({ results: redisTestResults(redis, now), isEnabled, target: deps.testTarget }),
    refusalRoutes({ refusals, eventBus, audit, count: deps.metrics.refused, log, now }),
  ]
}
