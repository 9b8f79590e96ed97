import { dash } from './clauses.ts'
import type { Rule } from './rule.ts'

/** What a manifest says, beside the media that came. */
export const manifestAgainstMediaRules = {
  'codec-not-announced': {
    severity: 'error',
    standard: 'dash',
    title: 'the manifest names the codec of a track',
    clause: 'RFC 6381',
    exercisedBy: ['announced-codec'],
    once: 'track',
  },
  'name-not-announced': {
    severity: 'warning',
    standard: 'dash',
    title: 'objects are called as the MPD says',
    clause: 'ISO/IEC 23009-1, 5.3.9.4.4',
    exercisedBy: ['announced-name'],
    once: 'track',
  },
  'manifest-names-unknown-track': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest names tracks that came',
    clause: dash,
    exercisedBy: ['ended-manifest'],
  },
  'manifest-omits-track': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest names every track that came',
    clause: dash,
    exercisedBy: ['ended-manifest'],
  },
  'manifest-names-missing-segments': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest names segments that came',
    clause: dash,
    exercisedBy: ['ended-manifest', 'hls-final-playlist'],
  },
  'manifest-omits-segments': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest names every segment that came',
    clause: dash,
    exercisedBy: ['ended-manifest', 'hls-final-playlist'],
  },
  'manifest-timing-off': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest tells the times of the media',
    clause: dash,
    exercisedBy: ['ended-manifest', 'hls-final-playlist'],
  },
} as const satisfies Record<string, Rule>
