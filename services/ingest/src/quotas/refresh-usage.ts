import { throttle } from '@pushav/shared/lib/throttle.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { forEachLimit } from '../lib/for-each-limit.ts'
import type { StreamQueries } from '../streams/ports.ts'
import type { Journals } from '../uploads/ports.ts'
import type { DeviceKeys } from './device-keys.ts'
import type { Usage } from './usage.ts'

const streamConcurrency = 16

interface UsageRefreshDeps {
  readonly journals: Pick<Journals, 'streams'>
  readonly index: Pick<StreamQueries, 'summary' | 'devices'>
  readonly usage: Usage
  /** Null where no quota is for one device: then no certificate has to be read. */
  readonly deviceKeys: Pick<DeviceKeys, 'readStored'> | null
  readonly intervalMs: number
  /** How long after a failure it is read again: until the first success nothing that was stored before counts. */
  readonly retryMs: number
  readonly log: Pick<Logger, 'warn'>
}

const warnEveryMs = 30_000

/**
 * Reads from the index what is stored, once now and then at intervals, because other ingest processes receive and
 * delete, too. Resolves after the first time, also where that fails because Redis is unreachable.
 */
export async function startUsageRefresh(deps: UsageRefreshDeps): Promise<Disposable> {
  const { journals, index, usage, deviceKeys, intervalMs, retryMs, log } = deps
  const warn = throttle(warnEveryMs, () => performance.now(), logFailure)
  let timer: NodeJS.Timeout | undefined
  let isEnded = false
  await refreshAndSchedule()
  return {
    [Symbol.dispose]() {
      isEnded = true
      clearTimeout(timer)
    },
  }

  async function refreshAndSchedule(): Promise<void> {
    const isRead = await refresh().then(
      () => true,
      (error) => {
        warn(error)
        return false
      },
    )
    if (!isEnded) timer = setTimeout(refreshAndSchedule, isRead ? intervalMs : retryMs).unref()
  }

  function logFailure(error: unknown): void {
    log.warn({ error }, 'what counts towards quotas is not read again yet')
  }

  async function refresh(): Promise<void> {
    const streams = await journals.streams()
    await forEachLimit(streams, streamConcurrency, refreshStream)
    const exist = new Set(streams)
    for (const stream of usage.streams()) if (!exist.has(stream)) usage.forget(stream)
  }

  async function refreshStream(stream: string): Promise<void> {
    const before = usage.of(stream)
    const [summary, devices] = await Promise.all([index.summary(stream), index.devices(stream)])
    // What this process has put into the index meanwhile is newer.
    if (!summary || usage.of(stream) !== before) return
    const { uploads, bytes } = summary.totals
    const { creator } = summary.stream
    const sent = devices.map(({ fingerprint, stored }) => [fingerprint, stored] as const)
    usage.put(stream, { creator, uploads, bytes, devices: new Map(sent) })
    if (!deviceKeys) return
    const fingerprints = new Set(sent.map(([fingerprint]) => fingerprint))
    if (creator) fingerprints.add(creator)
    for (const fingerprint of fingerprints) await deviceKeys.readStored(fingerprint)
  }
}
