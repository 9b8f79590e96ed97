import { inspect } from '../../../services/ingest/src/media/isobmff/testing/inspect.ts'
import { mutatedMedia } from '../../../services/ingest/src/media/isobmff/testing/mutated-media.ts'
import { makeSmallMedia } from '../../../services/ingest/src/media/isobmff/testing/small-media.ts'
import type { Target } from './target.ts'

/** Inputs are the boxes of an upload, whole or in pieces. */
export async function mediaTarget(): Promise<Target> {
  const seeds = await makeSmallMedia()
  return {
    run(random) {
      const bytes = mutatedMedia(seeds[random(seeds.length)] ?? Buffer.alloc(0), seeds, random)
      const { faults } = random(10) ? inspect(bytes) : inspect(bytes, 1 + random(500))
      return faults.length > 0 ? 'faulty' : 'accepted'
    },
  }
}
