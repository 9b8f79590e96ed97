import { inspectManifest } from '../../../services/ingest/src/media/inspect-manifest.ts'
import { mutated } from '../../../services/ingest/src/media/mpd/testing/mutated.ts'
import { makeManifests } from '../../../services/ingest/src/media/mpd/testing/real-manifests.ts'
import type { Target } from './target.ts'

/** Inputs are MPDs or playlists. */
export async function manifestTarget(kind: 'mpd' | 'playlist'): Promise<Target> {
  const { mpds, playlists } = await makeManifests()
  const seeds = kind === 'mpd' ? mpds : playlists
  return {
    run(random) {
      const text = mutated(seeds[random(seeds.length)] ?? '', random)
      const { faults } = inspectManifest(text, 'session_1/index', kind)
      // The parser words a fault like this only for an error that it did not expect.
      const unexpected = faults.find(({ message }) => / ended in /.test(message))
      if (unexpected) throw new Error(unexpected.message)
      return faults.length > 0 ? 'faulty' : 'accepted'
    },
  }
}
