import { hksv, hls } from './clauses.ts'
import type { Rule } from './rule.ts'

/** Sessions of HomeKit Secure Video. */
export const hksvRules = {
  'sealed-malformed': {
    severity: 'error',
    standard: 'server',
    title: 'media of HomeKit Secure Video is sealed: IV, ciphertext, tag',
    clause: hksv,
    exercisedBy: ['hksv-object'],
  },
  'hksv-order': {
    severity: 'error',
    standard: 'server',
    title:
      'init segment, media playlist, multivariant playlist, then each segment and the playlist that lists it',
    clause: hksv,
    exercisedBy: ['hksv-object', 'hksv-playlist'],
  },
  'hksv-playlist': {
    severity: 'error',
    standard: 'hls',
    title: 'a playlist of type EVENT grows by the segments that came',
    clause: `${hksv}; ${hls('6.2.1')}`,
    exercisedBy: ['hksv-playlist'],
  },
  'hksv-key': {
    severity: 'error',
    standard: 'server',
    title: 'all playlists of a session name one key of AES-256-GCM',
    clause: hksv,
    exercisedBy: ['hksv-playlist'],
  },
} as const satisfies Record<string, Rule>
