import { type Finding, find, shown } from '../finding.ts'
import { seconds } from '../media/segment-media.ts'
import type { Track } from '../state.ts'

/** What a manifest says of the segments of one track. */
export interface Named {
  readonly count: number
  /** By how many the count may be off: a duration does not tell how short the last segment was. */
  readonly slack: number
  /** Of the first segment's name; null where names have none or the manifest leaves it open. */
  readonly firstNumber: number | null
  readonly startSeconds: number | null
  readonly seconds: number | null
  /** No segment lasts longer. */
  readonly longest: number
}

/**
 * A manifest's segments against those that came, of which count, highest number, start and sum of durations
 * are known, not each. Where segments lack, times are no news.
 */
export function compareSegments(
  manifest: 'MPD' | 'playlist',
  named: Named,
  track: Track,
  { mayOmit }: { readonly mayOmit: boolean },
): readonly Finding[] {
  const name = shown(track.name)
  const { count, slack, firstNumber } = named
  if (count - slack > track.segmentCount) {
    const message = `expected ${count} segments of ${name} as the ${manifest} says, received ${track.segmentCount}`
    return [find('manifest-names-missing-segments', message)]
  }
  if (count + slack < track.segmentCount) {
    if (mayOmit) return []
    const message = `expected all ${track.segmentCount} segments of ${name} that came in the ${manifest}, it names ${count}`
    return [find('manifest-omits-segments', message)]
  }
  const last = firstNumber === null ? null : firstNumber + count - 1
  if (last !== null && track.lastNumber !== null && last !== track.lastNumber) {
    const message = `expected segments ${firstNumber} to ${last} of ${name} as the ${manifest} says, the last that came is ${track.lastNumber}`
    return [find('manifest-names-missing-segments', message)]
  }
  return compareTimes(manifest, named, track)
}

/** Within one segment: a manifest that repeats one duration need not know how short the last one was. */
function compareTimes(
  manifest: 'MPD' | 'playlist',
  { startSeconds, seconds: listed, longest }: Named,
  { name, clock, init }: Track,
): readonly Finding[] {
  if (!clock || !init || init.timescale <= 0) return []
  const start = clock.start / init.timescale
  if (startSeconds !== null && Math.abs(start - startSeconds) > longest) {
    const message = `expected ${shown(name)} to begin at ${seconds(startSeconds)} as the ${manifest} says, it begins at ${seconds(start)}`
    return [find('manifest-timing-off', message)]
  }
  const lasted = clock.total / init.timescale
  if (listed === null || Math.abs(lasted - listed) <= longest) return []
  const message = `expected ${shown(name)} to last ${seconds(listed)} as the ${manifest} says, it lasts ${seconds(lasted)}`
  return [find('manifest-timing-off', message)]
}
