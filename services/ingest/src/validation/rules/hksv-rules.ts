import { hksv, hls } from './clauses.ts'
import type { Rule } from './rule.ts'

/** Sessions of HomeKit Secure Video. */
export const hksvRules = {
  'sealed-malformed': {
    severity: 'error',
    standard: 'server',
    title: 'media of HomeKit Secure Video is sealed: IV, ciphertext, tag',
    clause: hksv,
    hint: 'Seal each object with AES-256-GCM: 16 bytes of IV, the ciphertext, 16 bytes of tag.',
    exercisedBy: ['hksv-object'],
  },
  'hksv-order': {
    severity: 'error',
    standard: 'server',
    title:
      'init segment, media playlist, multivariant playlist, then each segment and the playlist that lists it',
    clause: hksv,
    hint: 'Send the init segment, the media playlist, the multivariant playlist, then after each segment the playlist with it.',
    exercisedBy: ['hksv-object', 'hksv-playlist'],
  },
  'hksv-playlist': {
    severity: 'error',
    standard: 'hls',
    title: 'a playlist of type EVENT grows by the segments that came',
    clause: `${hksv}; ${hls('6.2.1')}`,
    hint: 'Write the whole EVENT playlist anew after each segment, with one more EXTINF and name at its end.',
    exercisedBy: ['hksv-playlist'],
  },
  'hksv-key': {
    severity: 'error',
    standard: 'server',
    title: 'all playlists of a session name one key of AES-256-GCM',
    clause: hksv,
    hint: 'Name the key that HomeKit gave as EXT-X-KEY and EXT-X-SESSION-KEY: 16 hex digits that end in 4000.',
    exercisedBy: ['hksv-playlist'],
  },
} as const satisfies Record<string, Rule>
