import type { Random } from '../../../services/ingest/src/media/mpd/testing/mutated.ts'

/** Takes one hostile input after the other, in this process. */
export interface Target {
  /** Makes the next input and lets the product have it; what came of it in a word. Throws where the product fails. */
  run(random: Random): string | Promise<string>
}
