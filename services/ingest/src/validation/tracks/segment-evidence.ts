import type { MediaFacts } from '../../media/inspection.ts'
import { mediaDuration } from '../../media/media-duration.ts'
import type { Track } from '../state.ts'
import type { IdentifiedObject } from './identified-object.ts'
import { isNamedLike, isNumberedLike, sharedStart, sharedWords, wordsOfTrack } from './track-likeness.ts'
import { extensionOf, wordsBeforeCounter } from './track-names.ts'

/** The track that fits a segment best; of those that fit alike the one whose init segment came last. */
export function bestOf(tracks: readonly Track[], object: IdentifiedObject, own: string): Track | undefined {
  let left = tracks
  for (const weigh of evidence) {
    if (left.length < 2) break
    const weights = left.map((track) => Number(weigh(track, object, own)))
    const most = Math.max(...weights)
    left = left.filter((_track, index) => weights[index] === most)
  }
  return left.length < 2 ? left[0] : closestName(left, object.path)
}

type Evidence = (track: Track, object: IdentifiedObject, own: string) => boolean | number

/** From strong to weak. A track is left out where it fits less than another one does. */
const evidence: readonly Evidence[] = [
  ({ init }, { media }) => !media || !init || init.trackId === media.trackId,
  ({ init }, { path }) => handlerOf(path) === init?.handler,
  ({ name }, _object, own) => name === own,
  (track, { path }) => isNamedLike(track, path),
  (track, { path }) => isNumberedLike(track, path),
  (track, { path }) => sharedWords(track, path),
  ({ clock }, { media }) => clock !== null && media !== null && clock.end === media.decodeTime,
  ({ init }, { media }) => init?.handler !== 'soun' || media?.startsWithSync !== false,
  ({ init }, { media }) => hasUsualSamples(init, media),
]

/** The handler of a track whose files have this extension; null where it tells nothing. */
const handlerOf = (path: string): string | null => {
  const extension = extensionOf(path)
  return Object.hasOwn(handlers, extension) ? (handlers[extension] ?? null) : null
}
const handlers: Readonly<Record<string, string>> = {
  m4v: 'vide',
  cmfv: 'vide',
  m4a: 'soun',
  cmfa: 'soun',
  cmfm: 'meta',
}

/** Whether samples of this length are usual: frames of sound last 2 to 150 ms, pictures 3 ms to 2 s. */
function hasUsualSamples(init: Track['init'], media: MediaFacts | null): boolean {
  if (!init || !media || media.sampleCount === 0 || init.timescale <= 0) return false
  const duration = mediaDuration(media, init.sampleDuration)
  const seconds = duration / media.sampleCount / init.timescale
  return init.handler === 'soun' ? seconds >= 0.002 && seconds <= 0.15 : seconds >= 0.003 && seconds <= 2
}

function closestName(tracks: readonly Track[], path: string): Track | undefined {
  const name = wordsBeforeCounter(path).join('_')
  const likeness = (track: Track) => sharedStart(wordsOfTrack(track, path).join('_'), name)
  const best = Math.max(...tracks.map(likeness))
  return tracks.findLast((track) => likeness(track) === best)
}
