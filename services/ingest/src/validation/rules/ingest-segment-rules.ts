import { ingest, switching } from './clauses.ts'
import type { Rule } from './rule.ts'

/** What DASH-IF Live Media Ingest asks of segments, and CMAF of those of several tracks. */
export const ingestSegmentRules = {
  'prft-absent': {
    severity: 'note',
    standard: 'dash-if',
    title: 'segments carry prft',
    clause: ingest('6.2-20'),
    exercisedBy: ['ingest-segment'],
    once: 'track',
  },
  'producer-time-impossible': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'prft has the time at which the media was made',
    clause: `${ingest('6.2-20')}; ISO/IEC 14496-12, 8.16.5`,
    exercisedBy: ['segment'],
    once: 'track',
  },
  'emsg-top-level': {
    severity: 'note',
    standard: 'dash-if',
    title: 'events have a track of their own',
    clause: ingest('6.6'),
    exercisedBy: ['ingest-segment'],
    once: 'track',
  },
  filler: {
    severity: 'note',
    standard: 'dash-if',
    title: 'the source has input',
    clause: ingest('6.2-18'),
    exercisedBy: ['segment'],
  },
  'fragment-duration': {
    severity: 'note',
    standard: 'dash-if',
    title: 'segments last the same 1 s to 6 s',
    clause: ingest('6.3-2 to 6.3-5'),
    exercisedBy: ['next-ingest-segment'],
    once: 'track',
  },
  'name-number-gap': {
    severity: 'note',
    standard: 'dash-if',
    title: 'numbers in names have no gap',
    clause: ingest('7.1.2-5'),
    exercisedBy: ['numbered-name'],
    once: 'track',
  },
  'switching-set-differs': {
    severity: 'error',
    standard: 'cmaf',
    title: 'tracks of a switching set have one timescale and codec family',
    clause: switching,
    exercisedBy: ['switching-set'],
    once: 'track',
  },
  'switching-set-unaligned': {
    severity: 'error',
    standard: 'cmaf',
    title: 'segments of a switching set begin together',
    clause: switching,
    exercisedBy: ['switching-set'],
    once: 'track',
  },
} as const satisfies Record<string, Rule>
