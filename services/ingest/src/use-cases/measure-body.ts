import { createHash, hash } from 'node:crypto'
import type { Upload } from '../domain/upload.ts'
import type { Inspector, MediaInspection } from './ports.ts'

/** What is known of a body once it has arrived. */
export interface Arrived extends Pick<Upload, 'bytes' | 'sha256' | 'whole'> {
  readonly seen: MediaInspection
}

export type Measure = ReturnType<typeof createMeasure>

/** Counts, hashes and inspects bytes as they flow by. */
export function createMeasure(inspector: Inspector) {
  const digest = createHash('sha256')
  let bytes = 0
  return {
    bytes: () => bytes,
    add(more: Buffer) {
      digest.update(more)
      inspector.add(more)
      bytes += more.length
    },
    result: (whole: boolean): Arrived => ({
      bytes,
      sha256: digest.digest('hex'),
      whole,
      seen: inspector.result(),
    }),
  }
}

/** The same of a whole body in one piece. */
export function measured(body: Buffer, inspector: Inspector): Arrived {
  inspector.add(body)
  return { bytes: body.length, sha256: hash('sha256', body), whole: true, seen: inspector.result() }
}
