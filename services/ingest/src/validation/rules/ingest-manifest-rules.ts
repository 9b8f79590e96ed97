import { ingest } from './clauses.ts'
import type { Rule } from './rule.ts'

/** What DASH-IF Live Media Ingest asks of manifests. */
export const ingestManifestRules = {
  'manifest-url-absolute': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'manifests have relative URLs',
    clause: ingest('7.2.2, 7.3.2'),
    exercisedBy: ['manifest'],
    once: 'session',
  },
  'manifest-url-outside': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'manifests stay below the publishing point',
    clause: ingest('7.1.2-2'),
    exercisedBy: ['manifest'],
    once: 'session',
  },
  'mpd-base-url': {
    severity: 'note',
    standard: 'dash-if',
    title: 'the MPD has no BaseURL',
    clause: ingest('6.2-16d'),
    exercisedBy: ['ingest-mpd'],
    once: 'session',
  },
  'mpd-several-periods': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'the MPD has one Period',
    clause: ingest('6.2-16h'),
    exercisedBy: ['ingest-mpd'],
    once: 'session',
  },
  'mpd-template': {
    severity: 'note',
    standard: 'dash-if',
    title: 'templates have $RepresentationID$ and $Number$ or $Time$',
    clause: ingest('6.2-16a'),
    exercisedBy: ['ingest-mpd'],
    once: 'session',
  },
  'mpd-templates-differ': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'templates are the same in all sets',
    clause: ingest('6.2-16b, 6.2-16c'),
    exercisedBy: ['ingest-mpd'],
    once: 'session',
  },
  'mpd-template-changed': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'an updated MPD keeps its templates',
    clause: ingest('6.2-16g'),
    exercisedBy: ['updated-mpd'],
    once: 'session',
  },
  'mpd-timeline-origin': {
    severity: 'note',
    standard: 'dash-if',
    title: 'the MPD counts from the Unix epoch',
    clause: ingest('6.2-16e'),
    exercisedBy: ['ingest-mpd'],
    once: 'session',
  },
  'hls-differs-from-mpd': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'playlists name what the MPD names',
    clause: ingest('6.2-17'),
    exercisedBy: ['playlist-beside-mpd'],
    once: 'session',
  },
} as const satisfies Record<string, Rule>
