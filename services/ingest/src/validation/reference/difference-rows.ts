/** Where this server decides otherwise than the reference on purpose: a row of docs/differences.md each. */
export const differenceRows = {
  'header-case': {
    situation: '`X-EXTINF-duration` in any letter case',
    reference: 'misses it, flags every segment',
    ours: 'header names are case-insensitive',
  },
  'number-gap': {
    situation: 'a gap in segment numbers',
    reference: 'flags every later segment of the track',
    ours: 'one finding at the gap, then expects the number after the received one',
  },
  'same-bytes': {
    situation: 'identical bytes again at the same path',
    reference: 'error',
    ours: 'note `upload-repeated`, nothing changes',
  },
  'first-verdict': {
    situation: 'other bytes again at the same path',
    reference: 'keeps the first verdict for ever',
    ours: 'every upload has its own verdict; older ones stay as versions',
  },
  'static-again': {
    situation: 'a second static MPD after the end',
    reference: 'opens a phantom session',
    ours: 'belongs to the completed session',
  },
  'after-static': {
    situation: 'a segment after the static MPD',
    reference: '"no active session"',
    ours: 'belongs to the session in its path, `segment-after-end`',
  },
  'dynamic-again': {
    situation: 'a new dynamic MPD while a session is open',
    reference: 'flags everything after it',
    ours: 'opens the new session; `session-abandoned` for the old one',
  },
  restart: {
    situation: 'a camera that starts again within a session, with the same number',
    reference: 'judges it by the recording before, flags its init segments and segments',
    ours: '`session-restarted`, once; a recording of its own',
  },
  'first-session': {
    situation: 'the first session number is not 1',
    reference: 'an error on every object',
    ours: 'one warning on the first object',
  },
  'session-count': {
    situation: 'a session number again after its end',
    reference: 'phantom counter',
    ours: 'a new session, `session-number-reused`',
  },
  'second-initial': {
    situation: 'a second initial playlist',
    reference: 'takes it for the final one',
    ours: 'known by its content; a note',
  },
  'path-clash': {
    situation: 'a path that is also a folder',
    reference: 'renames the folder, or 500',
    ours: 'stored, error `path-clash`',
  },
  'no-endlist': {
    situation: 'a final playlist without ENDLIST',
    reference: 'passes',
    ours: 'error `hls-final-no-endlist`',
  },
  'track-missing': {
    situation: 'a static MPD while an expected track never came',
    reference: 'completes',
    ours: 'completes, with `track-missing`',
  },
  'malformed-mpd': {
    situation: 'a malformed MPD',
    reference: '500, nothing saved',
    ours: 'stored, error `mpd-malformed`',
  },
  'cmaf-manifest': {
    situation: 'a cmaf-ingest stream with an MPD',
    reference: 'can never be clean',
    ours: 'clean',
  },
  'body-cut-off': {
    situation: 'a body that was cut off',
    reference: 'lost',
    ours: 'stored, `body-incomplete`',
  },
  'cmaf-names': {
    situation: 'an object of a cmaf-ingest stream with a name of its own',
    reference: 'an error: only the names of Matter pass',
    ours: 'any name, as DASH-IF Ingest has it',
  },
  'not-routed': {
    situation: 'a POST, or a path without an extension',
    reference: '405, nothing saved',
    ours: 'stored and judged',
  },
  hksv: {
    situation: 'a stream of HomeKit Secure Video',
    reference: 'has no such interface',
    ours: 'judged by its own rules',
  },
  media: {
    situation: 'what is wrong in the bytes of media and manifests, or by another standard',
    reference: 'does not look',
    ours: 'a finding that names the standard and the clause',
  },
  state: {
    situation: 'an object after one of the above',
    reference: 'goes on from the state that the cause has spoilt',
    ours: 'one finding for the cause',
  },
} as const

export type DifferenceCode = keyof typeof differenceRows
