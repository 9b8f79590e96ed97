import { ingest, layout, own, transport } from './clauses.ts'
import type { Rule } from './rule.ts'

/** Every request with a body: its certificate, path, type and end. */
export const requestRules = {
  'client-certificate-missing': {
    severity: 'error',
    standard: 'matter',
    title: 'the device shows its certificate',
    clause: `${transport}: TLS client certificate`,
    hint: "Make the device present its client certificate in the TLS handshake: a certificate that this server's device CA has issued, with its private key.",
    exercisedBy: ['upload'],
  },
  'body-incomplete': {
    severity: 'error',
    standard: 'server',
    title: 'a body arrives up to its announced end',
    clause: 'RFC 9112, 8',
    hint: 'Send as many bytes as Content-Length announces, or end a chunked body with its last chunk, and keep the connection open until the response has come.',
    exercisedBy: ['upload'],
  },
  'path-clash': {
    severity: 'error',
    standard: 'server',
    title: 'no object is named like a folder of others',
    clause: own,
    hint: 'Give the object a name of its own: a path that other objects lie below cannot be an object too.',
    exercisedBy: ['upload'],
  },
  'too-many-tracks': {
    severity: 'note',
    standard: 'server',
    title: 'a session has no more tracks than this server can follow, 128',
    clause: own,
    hint: 'Send at most 128 tracks in one session; put further ones into a stream of their own.',
    exercisedBy: ['upload'],
  },
  'upload-repeated': {
    severity: 'note',
    standard: 'server',
    title: 'nothing is sent twice',
    clause: own,
    hint: 'Send an object again only when its response did not come or was a 5xx.',
    exercisedBy: ['upload'],
  },
  'path-reused': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'a path is used for one media object only',
    clause: ingest('7.1.2-1'),
    hint: 'Count up the number in the file name for each new media object instead of replacing an earlier one.',
    exercisedBy: ['segment'],
  },
  extension: {
    severity: 'error',
    standard: 'matter',
    title: 'the extension is one of the known ones',
    clause: layout,
    hint: 'End the name in the extension of its content: .m4s for segments, .init for init segments, .mpd or .m3u8 for manifests.',
    exercisedBy: ['upload'],
  },
  'content-type-mismatch': {
    severity: 'note',
    standard: 'dash-if',
    title: 'Content-Type and extension agree',
    clause: ingest('7.1.2-7, table 6'),
    hint: 'Send the Content-Type that belongs to the extension: application/dash+xml for .mpd, application/vnd.apple.mpegurl for .m3u8, video/mp4 or video/iso.segment for media.',
    exercisedBy: ['content-type'],
    once: 'track',
  },
} as const satisfies Record<string, Rule>
