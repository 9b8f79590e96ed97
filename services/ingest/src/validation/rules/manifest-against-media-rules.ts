import { dash } from './clauses.ts'
import type { Rule } from './rule.ts'

/** What a manifest says, beside the media that came. */
export const manifestAgainstMediaRules = {
  'codec-not-announced': {
    severity: 'error',
    standard: 'dash',
    title: 'the manifest names the codec of a track',
    clause: 'RFC 6381',
    hint: 'Write the codec string of the init segment (RFC 6381) into @codecs or CODECS.',
    exercisedBy: ['announced-codec'],
    once: 'track',
  },
  'name-not-announced': {
    severity: 'warning',
    standard: 'dash',
    title: 'objects are called as the MPD says',
    clause: 'ISO/IEC 23009-1, 5.3.9.4.4',
    hint: 'Make the templates of the MPD resolve to the names that are uploaded.',
    exercisedBy: ['announced-name'],
    once: 'track',
  },
  'manifest-names-unknown-track': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest names tracks that came',
    clause: dash,
    hint: 'Name in the manifest only tracks that the device uploads, spelt like their folders.',
    exercisedBy: ['ended-manifest'],
  },
  'manifest-omits-track': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest names every track that came',
    clause: dash,
    hint: 'Add every uploaded track to the manifest.',
    exercisedBy: ['ended-manifest'],
  },
  'manifest-names-missing-segments': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest names segments that came',
    clause: dash,
    hint: 'Upload each segment before the manifest that names it, or take it out of the manifest.',
    exercisedBy: ['ended-manifest', 'hls-final-playlist'],
  },
  'manifest-omits-segments': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest names every segment that came',
    clause: dash,
    hint: 'Name every uploaded segment in the manifest that ends the session.',
    exercisedBy: ['ended-manifest', 'hls-final-playlist'],
  },
  'manifest-timing-off': {
    severity: 'warning',
    standard: 'dash',
    title: 'the manifest tells the times of the media',
    clause: dash,
    hint: "Write the decode times and durations of the segments into the manifest's timeline.",
    exercisedBy: ['ended-manifest', 'hls-final-playlist'],
  },
} as const satisfies Record<string, Rule>
