import { deepEqual } from 'node:assert/strict'
import type { AuditEntry } from './audit.ts'
import { auditLimitsWith } from './audit-limits.ts'

describe('auditLimitsWith', () => {
  it('writes one line a minute for each limit, with the number of refusals between', () => {
    const lines: AuditEntry[] = []
    let nowMs = 0
    const auditLimit = auditLimitsWith(
      (entry) => lines.push(entry),
      () => nowMs,
    )
    for (const limit of ['bytes', 'bytes', 'disk-reserve', 'bytes']) auditLimit(limit)
    nowMs = 60_000
    auditLimit('bytes')
    deepEqual(
      lines.map(({ event, details }) => [event, details]),
      [
        ['limit-reached', { limit: 'bytes', refusals_before: 0 }],
        ['limit-reached', { limit: 'disk-reserve', refusals_before: 0 }],
        ['limit-reached', { limit: 'bytes', refusals_before: 2 }],
      ],
    )
  })
})
