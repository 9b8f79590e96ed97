import { isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import type { Logger } from '@pushav/shared/logger.ts'
import type { Config } from './config.ts'
import { createErrorReport } from './indexing/redis/connections.ts'
import type { Storage } from './open-storage.ts'
import { version } from './service/disk/package-version.ts'
import { sharedWebhookFiles } from './shared-files/adapters/shared-webhooks.ts'
import type { SharedSecrets } from './shared-files/ports.ts'
import type { StreamReads } from './streams/read-streams.ts'
import { deliverWebhookWith } from './webhooks/deliver-webhook.ts'
import { linksBelow } from './webhooks/delivery.ts'
import { diskWebhookFiles } from './webhooks/disk/webhook-files.ts'
import { editWebhooksWith, type Webhooks } from './webhooks/edit-webhooks.ts'
import { findMissedEndsWith } from './webhooks/find-missed-ends.ts'
import { assertPublicLiteral } from './webhooks/http/target-address.ts'
import { webhookClient } from './webhooks/http/webhook-client.ts'
import type { WebhookNotifier } from './webhooks/notify-webhooks.ts'
import { createDeliveryQueues } from './webhooks/queue/delivery-queues.ts'

type WebhookSettings = Pick<
  Config,
  | 'workingDirectory'
  | 'webhookAllowPrivate'
  | 'webhookTimeoutMs'
  | 'webhookRetryMs'
  | 'publicPort'
  | 'serverIp'
  | 'dnsName'
  | 'sessionIdleMs'
>

interface OpenWebhooksDeps {
  readonly storage: Pick<Storage, 'queueRedis' | 'webhookRedis' | 'journals' | 'index'>
  readonly streams: Pick<StreamReads, 'sessionViewsOf'>
  readonly notifier: WebhookNotifier
  /** What all machines have in common; null where the working directory has it. */
  readonly shared: SharedSecrets | null
  readonly newId: () => string
  readonly now: () => Date
  /** The proxy's port for devices; null while it is not known. */
  readonly port: () => number | null
}

/**
 * Webhooks are sent by ingest, which has their secrets in files: none goes into Redis. What a target does to an
 * attempt, uploads do not notice: sockets wait without a thread, two attempts for each webhook run at once, and 20
 * begin in a second. Without webhooks there is no connection, timer or file.
 */
export function openWebhooks(
  config: WebhookSettings,
  built: AsyncDisposableStack,
  log: Logger,
  { storage, streams, notifier, shared, newId, now, port }: OpenWebhooksDeps,
): Webhooks {
  const { webhookAllowPrivate: allowPrivate, webhookTimeoutMs: timeoutMs, webhookRetryMs: retryMs } = config
  const files = shared ? sharedWebhookFiles(shared.files) : diskWebhookFiles(config.workingDirectory)
  const send = webhookClient({ allowPrivate, timeoutMs })
  const queues = built.use(
    createDeliveryQueues({
      connection: storage.queueRedis,
      workerConnection: storage.webhookRedis,
      retryMs,
      deliver: deliverWebhookWith({ files, send, userAgent: `push-av-server/${version}`, now }),
      onError: createErrorReport(log),
    }),
  )
  const linksFor = linksBelow(() => originOf(config, config.publicPort ?? port()))
  const findMissedEnds = findMissedEndsWith({ ...storage, streams, idleMs: config.sessionIdleMs, now })
  notifier.start({ files, queues, streams, findMissedEnds, linksFor, log })
  built.use(notifier)
  const assertAllowed = allowPrivate ? () => undefined : assertPublicLiteral
  return editWebhooksWith({ files, queues, linksFor, assertAllowed, newId, now })
}

/** How this server is reached; `''` while that is not known. */
function originOf({ serverIp, dnsName }: WebhookSettings, port: number | null): string {
  if (port === null) return ''
  const host = serverIp ?? (dnsName ? `${dnsName}.local` : hostname())
  return `https://${isIPv6(host) ? `[${host}]` : host}:${port}`
}
