import type { RetentionResponse } from '@pushav/shared/api/retention.ts'
import { Router } from 'express'
import type { RetentionPolicy } from '../policy.ts'
import type { Retention, RetentionPlan } from '../run-retention.ts'

const maxRemovals = 1_000

/** What retention would remove now; nothing goes because of the question. */
export function retentionRoutes(retention: Pick<Retention, 'plan'>, policy: RetentionPolicy): Router {
  const router = Router()
  router.get('/retention', async (_request, response) => {
    response.json(retentionResponse(await retention.plan(), policy))
  })
  return router
}

const retentionResponse = (
  { storedBytes, freeBytes, removals }: RetentionPlan,
  { maxAgeMs, maxBytes, minFreeBytes }: RetentionPolicy,
): RetentionResponse => ({
  policy: {
    max_age_ms: maxAgeMs || null,
    max_bytes: maxBytes || null,
    min_free_bytes: minFreeBytes || null,
  },
  stored_bytes: storedBytes,
  free_bytes: freeBytes,
  would_remove: {
    sessions: removals.length,
    uploads: removals.reduce((sum, { uploads }) => sum + uploads, 0),
    bytes: removals.reduce((sum, { bytes }) => sum + bytes, 0),
    first: removals
      .slice(0, maxRemovals)
      .map(({ stream, session, lastObjectMs, uploads, bytes, reason }) => ({
        stream_id: Number(stream),
        session,
        last_object_at: new Date(lastObjectMs).toISOString(),
        uploads,
        bytes,
        reason,
      })),
  },
})
