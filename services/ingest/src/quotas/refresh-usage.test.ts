import { deepEqual, equal } from 'node:assert/strict'
import { until } from '@pushav/shared/testing/until.ts'
import type { DeviceCounts, StreamSummary } from '../streams/ports.ts'
import { startUsageRefresh } from './refresh-usage.ts'
import { createUsage } from './usage.ts'

const summary = { stream: { creator: null }, totals: { uploads: 3, bytes: 90 } } as StreamSummary

describe('startUsageRefresh', () => {
  it('reads again soon where the index does not respond at the start, and warns once', async () => {
    const usage = createUsage()
    const warnings: unknown[] = []
    let failures = 0
    let isAway = true
    using _refresh = await startUsageRefresh({
      journals: { streams: async () => ['1'] },
      index: {
        async summary() {
          if (!isAway) return summary
          failures++
          throw new Error('away')
        },
        devices: async (): Promise<DeviceCounts[]> => [],
      },
      usage,
      deviceKeys: null,
      intervalMs: 3_600_000,
      retryMs: 1,
      log: { warn: (facts: unknown) => void warnings.push(facts) },
    })
    equal(usage.inAll().uploads, 0)
    await until('it was tried again in vain', async () => failures > 2)
    isAway = false
    await until('what is stored counts', async () => usage.inAll().uploads > 0)
    deepEqual(usage.inAll(), { uploads: 3, bytes: 90, streams: 1 })
    equal(warnings.length, 1)
  })
})
