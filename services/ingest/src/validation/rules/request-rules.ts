import { ingest, layout, own, transport } from './clauses.ts'
import type { Rule } from './rule.ts'

/** Every request with a body: its certificate, path, type and end. */
export const requestRules = {
  'client-certificate-missing': {
    severity: 'error',
    standard: 'matter',
    title: 'the device shows its certificate',
    clause: `${transport}: TLS client certificate`,
    exercisedBy: ['upload'],
  },
  'body-incomplete': {
    severity: 'error',
    standard: 'server',
    title: 'a body arrives up to its announced end',
    clause: 'RFC 9112, 8',
    exercisedBy: ['upload'],
  },
  'path-clash': {
    severity: 'error',
    standard: 'server',
    title: 'no object is named like a folder of others',
    clause: own,
    exercisedBy: ['upload'],
  },
  'too-many-tracks': {
    severity: 'note',
    standard: 'server',
    title: 'a session has no more tracks than this server can follow, 128',
    clause: own,
    exercisedBy: ['upload'],
  },
  'upload-repeated': {
    severity: 'note',
    standard: 'server',
    title: 'nothing is sent twice',
    clause: own,
    exercisedBy: ['upload'],
  },
  'path-reused': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'a path is used for one media object only',
    clause: ingest('7.1.2-1'),
    exercisedBy: ['segment'],
  },
  extension: {
    severity: 'error',
    standard: 'matter',
    title: 'the extension is one of the known ones',
    clause: layout,
    exercisedBy: ['upload'],
  },
  'content-type-mismatch': {
    severity: 'note',
    standard: 'dash-if',
    title: 'Content-Type and extension agree',
    clause: ingest('7.1.2-7, table 6'),
    exercisedBy: ['content-type'],
    once: 'track',
  },
} as const satisfies Record<string, Rule>
