import { createHash, hash } from 'node:crypto'
import type { Inspector, MediaInspection } from './ports.ts'
import type { Upload } from './upload.ts'

/** What is known of a body once it has arrived. */
export interface BodyStats extends Pick<Upload, 'bytes' | 'sha256' | 'whole'> {
  readonly seen: MediaInspection
}

export type Measure = ReturnType<typeof createBodyStats>

/** Counts, hashes and inspects bytes as they flow by. */
export function createBodyStats(inspector: Inspector) {
  const digest = createHash('sha256')
  let bytes = 0
  return {
    bytes: () => bytes,
    add(more: Buffer) {
      digest.update(more)
      inspector.add(more)
      bytes += more.length
    },
    result: (whole: boolean): BodyStats => ({
      bytes,
      sha256: digest.digest('hex'),
      whole,
      seen: inspector.result(),
    }),
  }
}

/** The same of a whole body in one part. */
export function statsOf(body: Buffer, inspector: Inspector): BodyStats {
  inspector.add(body)
  return { bytes: body.length, sha256: hash('sha256', body), whole: true, seen: inspector.result() }
}
