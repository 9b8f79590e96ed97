import type { Random } from '../../../services/ingest/src/media/mpd/testing/mutated.ts'

/** Code of the product that a fuzzer runs with hostile inputs in its own process. */
export interface Target {
  /** Makes an input and runs the product with it. Returns the outcome as a word. Throws when the product fails. */
  run(random: Random): string | Promise<string>
}
