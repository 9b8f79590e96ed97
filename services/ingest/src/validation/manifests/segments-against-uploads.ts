import { excerpt, type Finding, finding } from '../finding.ts'
import { formatSeconds } from '../media/format-seconds.ts'
import type { Track } from '../state.ts'
import type { ManifestSegments } from './comparison-state.ts'

/** The finding for segments that a manifest lists and no upload brought; an upload that comes later withdraws it. */
export const missingSegments = 'manifest-names-missing-segments'

/**
 * Compares a manifest's segments with those that were uploaded, by count, highest number, start and total
 * duration: the state has no list of segments. Where segments are missing, times are not compared. With
 * `mayOmit` the manifest may list fewer.
 */
export function checkSegmentsAgainstUploads(
  manifest: 'MPD' | 'playlist',
  listing: ManifestSegments,
  track: Track,
  { mayOmit }: { readonly mayOmit: boolean },
): readonly Finding[] {
  const name = excerpt(track.name)
  const { count, slack, firstNumber } = listing
  if (count - slack > track.segmentCount) {
    const message = `expected ${count} segments of ${name} as the ${manifest} says, received ${track.segmentCount}`
    return [finding(missingSegments, message)]
  }
  if (count + slack < track.segmentCount) {
    if (mayOmit) return []
    const message = `expected all ${track.segmentCount} segments of ${name} that came in the ${manifest}, it names ${count}`
    return [finding('manifest-omits-segments', message)]
  }
  const last = firstNumber === null ? null : firstNumber + count - 1
  if (last !== null && track.lastNumber !== null && last !== track.lastNumber) {
    const message = `expected segments ${firstNumber} to ${last} of ${name} as the ${manifest} says, the last that came is ${track.lastNumber}`
    return [finding(missingSegments, message)]
  }
  return checkTimes(manifest, listing, track)
}

/**
 * Start and total within one segment's duration, because a manifest may repeat one duration for a shorter
 * last one.
 */
function checkTimes(
  manifest: 'MPD' | 'playlist',
  { startSeconds, seconds: listed, longest }: ManifestSegments,
  { name, clock, init }: Track,
): readonly Finding[] {
  if (!clock || !init || init.timescale <= 0) return []
  const start = clock.start / init.timescale
  const shown = start + (init.delaySeconds ?? 0)
  const isOff = (at: number) => startSeconds !== null && Math.abs(at - startSeconds) > longest
  if (startSeconds !== null && isOff(start) && isOff(shown)) {
    const message = `expected ${excerpt(name)} to begin at ${formatSeconds(startSeconds)} as the ${manifest} says, it begins at ${formatSeconds(shown)}`
    return [finding('manifest-timing-off', message)]
  }
  const lasted = clock.total / init.timescale
  if (listed === null || Math.abs(lasted - listed) <= longest) return []
  const message = `expected ${excerpt(name)} to last ${formatSeconds(listed)} as the ${manifest} says, it lasts ${formatSeconds(lasted)}`
  return [finding('manifest-timing-off', message)]
}
