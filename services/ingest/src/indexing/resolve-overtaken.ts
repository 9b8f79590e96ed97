import type { StreamQueries } from '../streams/ports.ts'
import type { PendingVerdicts } from '../uploads/pending-verdicts.ts'

/**
 * Resolves the verdicts on journal entries of this process that another process has indexed meanwhile, from the
 * index. Throws `Unavailable` while Redis does not respond.
 */
export type ResolveOvertaken = (stream: string, entries: readonly string[]) => Promise<void>

export function resolveOvertakenWith(
  index: Pick<StreamQueries, 'summary' | 'upload'>,
  verdicts: Pick<PendingVerdicts, 'resolve'>,
): ResolveOvertaken {
  return async function resolveOvertaken(stream, entries) {
    const strict = (await index.summary(stream))?.stream.strict ?? false
    const uploads = await Promise.all(entries.map((entry) => index.upload(stream, entry)))
    for (const [at, entry] of entries.entries())
      verdicts.resolve(entry, { strict, findings: uploads[at]?.findings ?? [] })
  }
}
