import type { Precondition } from './preconditions.ts'

export type Severity = 'error' | 'warning' | 'note'
export type Standard = 'matter' | 'dash-if' | 'cmaf' | 'hls' | 'dash' | 'server'

/** The rule behind one finding code; validation, the report and docs/findings.md share this table. */
export interface Rule {
  /**
   * Severity of its findings; a few findings differ, where the circumstances make them less or more severe.
   */
  readonly severity: Severity
  /** Where the rule comes from; the JSON of a finding calls it `rule`. */
  readonly standard: Standard
  readonly title: string
  /** Clause of the standard. */
  readonly clause: string
  /** The rule is exercised in a session where one of these holds. */
  readonly exercisedBy: readonly Precondition[]
  /**
   * Reported once for each track or session, because every further upload would repeat it; absent: each time.
   */
  readonly once?: 'track' | 'session'
}

// Matter's chapter on push transports is not public. A rule cites its section where that has been quoted in
// public, else the reference server of the SDK.
const transport = 'Matter, Push AV Stream Transport'
const dashSession = 'Matter, 11.7.1.8.1 (Interface-2 DASH)'
const layout = `${transport}: session_<N>/<track>/…`
const numbers = `${transport}: N from 1, K from 1001, each one more`
const trackNames = `${transport}: track names`
const reference = 'reference server of the Matter SDK'
const trackOrder = `${reference}: init segment, segments, end`
const hlsSession = `${reference}: Interface-2 HLS`
const extinf = `${hlsSession}, X-EXTINF-duration`
const cmaf = 'ISO/IEC 23000-19, 7.3'
const switching = 'ISO/IEC 23000-19, 7.3.4'
const dash = 'ISO/IEC 23009-1, 5.3'
const own = 'this server'
const ingest = (clause: string) => `DASH-IF Live Media Ingest 1.2, ${clause}`
const hls = (clause: string) => `RFC 8216, ${clause}`

/** All rules, in the order of the report and the documentation, by the code of their findings. */
export const rules = {
  // The request
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
    severity: 'error',
    standard: 'server',
    title: 'a session has at most 128 tracks',
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

  // Manifests of Matter sessions
  'manifest-interface': {
    severity: 'error',
    standard: 'matter',
    title: 'a manifest is of the interface of its stream',
    clause: `${transport}: CMAFInterface`,
    exercisedBy: ['manifest'],
  },
  'mpd-path': {
    severity: 'error',
    standard: 'matter',
    title: 'the MPD is at session_N/index.mpd',
    clause: layout,
    exercisedBy: ['dash-mpd'],
  },
  'mpd-malformed': {
    severity: 'error',
    standard: 'dash',
    title: 'an MPD is XML with the root MPD',
    clause: dash,
    exercisedBy: ['mpd'],
  },
  'mpd-dynamic-late': {
    severity: 'error',
    standard: 'matter',
    title: 'the dynamic MPD precedes the segments',
    clause: dashSession,
    exercisedBy: ['dash-mpd'],
  },
  'mpd-static-early': {
    severity: 'error',
    standard: 'matter',
    title: 'the static MPD follows the segments',
    clause: dashSession,
    exercisedBy: ['dash-mpd'],
  },
  'mpd-static-repeated': {
    severity: 'note',
    standard: 'matter',
    title: 'a session ends once',
    clause: dashSession,
    exercisedBy: ['static-mpd'],
  },
  'hls-path': {
    severity: 'error',
    standard: 'matter',
    title: 'playlists are at index.m3u8 of session or track',
    clause: layout,
    exercisedBy: ['hls-playlist'],
  },
  'playlist-malformed': {
    severity: 'error',
    standard: 'hls',
    title: 'a playlist begins with #EXTM3U',
    clause: hls('4.3.1.1'),
    exercisedBy: ['playlist'],
  },
  'hls-multivariant-late': {
    severity: 'error',
    standard: 'matter',
    title: 'the multivariant playlist precedes the segments',
    clause: hlsSession,
    exercisedBy: ['hls-multivariant'],
  },
  'hls-multivariant-empty': {
    severity: 'error',
    standard: 'matter',
    title: 'the multivariant playlist names tracks',
    clause: hlsSession,
    exercisedBy: ['hls-multivariant'],
  },
  'hls-playlist-no-session': {
    severity: 'error',
    standard: 'matter',
    title: 'a multivariant playlist opens the session',
    clause: hlsSession,
    exercisedBy: ['hls-media-playlist'],
  },
  'hls-playlist-before-multivariant': {
    severity: 'error',
    standard: 'matter',
    title: 'the multivariant playlist is the first object',
    clause: hlsSession,
    exercisedBy: ['hls-media-playlist'],
  },
  'hls-initial-content': {
    severity: 'error',
    standard: 'matter',
    title: 'the initial playlist is empty and open',
    clause: hlsSession,
    exercisedBy: ['hls-media-playlist'],
  },
  'hls-initial-repeated': {
    severity: 'note',
    standard: 'matter',
    title: 'the initial playlist comes once',
    clause: hlsSession,
    exercisedBy: ['hls-media-playlist'],
  },
  'hls-final-not-vod': {
    severity: 'error',
    standard: 'matter',
    title: 'the final playlist is of type VOD',
    clause: hlsSession,
    exercisedBy: ['hls-final-playlist'],
  },
  'hls-final-no-extinf': {
    severity: 'error',
    standard: 'matter',
    title: 'the final playlist has EXTINF',
    clause: hlsSession,
    exercisedBy: ['hls-final-playlist'],
  },
  'hls-final-no-segments': {
    severity: 'error',
    standard: 'matter',
    title: 'the final playlist names segments',
    clause: hlsSession,
    exercisedBy: ['hls-final-playlist'],
  },
  'hls-final-no-endlist': {
    severity: 'error',
    standard: 'hls',
    title: 'the final playlist has ENDLIST',
    clause: hls('4.3.3.4'),
    exercisedBy: ['hls-final-playlist'],
  },
  'hls-final-early': {
    severity: 'error',
    standard: 'matter',
    title: 'the final playlist follows init segment and segments',
    clause: hlsSession,
    exercisedBy: ['hls-final-playlist'],
  },
  'hls-final-repeated': {
    severity: 'note',
    standard: 'hls',
    title: 'a track ends once',
    clause: hls('4.3.3.5'),
    exercisedBy: ['hls-final-playlist'],
  },
  'manifest-too-large': {
    severity: 'error',
    standard: 'server',
    title: 'a manifest is small enough to be read',
    clause: own,
    exercisedBy: ['manifest'],
  },

  // Names and order of Matter sessions
  'object-path': {
    severity: 'error',
    standard: 'matter',
    title: 'objects are at session_N/<track>/<track>.init and session_N/<track>/segment_<K>.m4s',
    clause: layout,
    exercisedBy: ['matter-object'],
  },
  'track-unexpected': {
    severity: 'error',
    standard: 'matter',
    title: 'only expected tracks come',
    clause: trackNames,
    exercisedBy: ['expected-tracks'],
  },
  'track-missing': {
    severity: 'error',
    standard: 'matter',
    title: 'every expected track comes',
    clause: trackNames,
    exercisedBy: ['complete-session'],
  },
  'init-name': {
    severity: 'error',
    standard: 'matter',
    title: 'the init segment is called like its track',
    clause: layout,
    exercisedBy: ['matter-init'],
  },
  'session-number': {
    severity: 'error',
    standard: 'matter',
    title: 'sessions are numbered from 1 without a gap',
    clause: numbers,
    exercisedBy: ['matter-session'],
  },
  'session-number-reused': {
    severity: 'warning',
    standard: 'matter',
    title: 'a session number is used once',
    clause: `${numbers}; ${ingest('7.1.2-3')}`,
    exercisedBy: ['matter-session'],
  },
  'session-abandoned': {
    severity: 'warning',
    standard: 'matter',
    title: 'a session ends before the next begins',
    clause: dashSession,
    exercisedBy: ['matter-session'],
  },
  'number-padded': {
    severity: 'warning',
    standard: 'matter',
    title: 'numbers have no leading zeros',
    clause: numbers,
    exercisedBy: ['matter-object', 'matter-session'],
  },
  'segment-number-low': {
    severity: 'error',
    standard: 'matter',
    title: 'segment numbers begin at 1001',
    clause: numbers,
    exercisedBy: ['matter-segment'],
  },
  'segment-number-high': {
    severity: 'error',
    standard: 'matter',
    title: 'segment numbers end at 9999',
    clause: `${reference}: K up to 9999 (Matter: 65535)`,
    exercisedBy: ['matter-segment'],
  },
  'segment-number-gap': {
    severity: 'error',
    standard: 'matter',
    title: 'segment numbers have no gap',
    clause: numbers,
    exercisedBy: ['matter-segment'],
  },
  'segment-before-mpd': {
    severity: 'error',
    standard: 'matter',
    title: 'the dynamic MPD is the first object',
    clause: dashSession,
    exercisedBy: ['dash-object'],
  },
  'segment-before-multivariant': {
    severity: 'error',
    standard: 'matter',
    title: 'the multivariant playlist precedes init segments and segments',
    clause: hlsSession,
    exercisedBy: ['hls-object'],
  },
  'segment-before-init': {
    severity: 'error',
    standard: 'matter',
    title: 'the init segment precedes the segments',
    clause: trackOrder,
    exercisedBy: ['matter-segment'],
  },
  'segment-before-playlist': {
    severity: 'error',
    standard: 'matter',
    title: 'the initial playlist precedes the segments',
    clause: hlsSession,
    exercisedBy: ['hls-segment'],
  },
  'segment-after-end': {
    severity: 'error',
    standard: 'matter',
    title: 'nothing follows the end',
    clause: `${trackOrder}; ${ingest('6.2-19')}`,
    exercisedBy: ['matter-segment', 'track-end'],
  },
  'init-before-playlist': {
    severity: 'error',
    standard: 'matter',
    title: 'the initial playlist precedes the init segment',
    clause: hlsSession,
    exercisedBy: ['hls-init'],
  },
  'init-duplicate': {
    severity: 'error',
    standard: 'matter',
    title: 'a track has one init segment',
    clause: trackOrder,
    exercisedBy: ['matter-init'],
  },
  'init-after-segments': {
    severity: 'error',
    standard: 'matter',
    title: 'the init segment is not replaced',
    clause: trackOrder,
    exercisedBy: ['matter-init'],
  },
  'init-after-end': {
    severity: 'error',
    standard: 'matter',
    title: 'no init segment follows the end',
    clause: trackOrder,
    exercisedBy: ['matter-init'],
  },
  'extinf-header-missing': {
    severity: 'error',
    standard: 'matter',
    title: 'segments come with X-EXTINF-duration',
    clause: extinf,
    exercisedBy: ['hls-segment'],
  },
  'extinf-header-invalid': {
    severity: 'error',
    standard: 'matter',
    title: 'X-EXTINF-duration is a positive decimal',
    clause: extinf,
    exercisedBy: ['hls-segment'],
  },

  // Init segments
  'media-not-isobmff': {
    severity: 'error',
    standard: 'cmaf',
    title: 'media is ISO BMFF',
    clause: cmaf,
    exercisedBy: ['init', 'segment', 'other'],
  },
  'box-malformed': {
    severity: 'error',
    standard: 'cmaf',
    title: 'boxes have the size they say',
    clause: 'ISO/IEC 14496-12, 4.2',
    exercisedBy: ['init', 'segment'],
  },
  'init-without-moov': {
    severity: 'error',
    standard: 'cmaf',
    title: 'an init segment has a moov',
    clause: cmaf,
    exercisedBy: ['init', 'matter-init'],
  },
  'init-track-count': {
    severity: 'error',
    standard: 'cmaf',
    title: 'an init segment has one track',
    clause: cmaf,
    exercisedBy: ['init'],
  },
  'init-not-fragmented': {
    severity: 'error',
    standard: 'cmaf',
    title: 'an init segment has an mvex',
    clause: cmaf,
    exercisedBy: ['init'],
  },
  'init-brand': {
    severity: 'error',
    standard: 'cmaf',
    title: 'an init segment has an ftyp with a brand of CMAF or ISO BMFF',
    clause: 'ISO/IEC 23000-19, 7.2; ISO/IEC 14496-12, 4.3',
    exercisedBy: ['init'],
  },
  'init-incomplete': {
    severity: 'error',
    standard: 'cmaf',
    title: 'an init segment has mvhd, a track id above 0 and the trex of its track',
    clause: 'ISO/IEC 14496-12, 8.2.2, 8.3.2, 8.8.3',
    exercisedBy: ['init'],
  },
  'decoder-configuration': {
    severity: 'error',
    standard: 'cmaf',
    title: 'an init segment has what a decoder needs',
    clause: 'ISO/IEC 14496-12, 8.5.2; ISO/IEC 14496-15, 5.4.2 and 8.4.1; the mapping of each codec',
    exercisedBy: ['init'],
  },
  'parameter-sets-missing': {
    severity: 'warning',
    standard: 'cmaf',
    title: 'hvc1 has its parameter sets in the init segment',
    clause: 'ISO/IEC 14496-15, 8.4.1',
    exercisedBy: ['init'],
  },
  'init-repeated': {
    severity: 'note',
    standard: 'dash-if',
    title: 'the init segment is sent once',
    clause: ingest('6.2-6'),
    exercisedBy: ['init'],
  },
  'init-rewritten': {
    severity: 'note',
    standard: 'dash-if',
    title: 'an init segment keeps its bytes',
    clause: ingest('6.2-6'),
    exercisedBy: ['init'],
  },
  'init-changed': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'an init segment keeps its properties',
    clause: ingest('6.2-19'),
    exercisedBy: ['init'],
  },
  'init-language-changed': {
    severity: 'note',
    standard: 'dash-if',
    title: 'a track keeps its language',
    clause: ingest('6.3-10, 6.5-5'),
    exercisedBy: ['init'],
  },
  'init-handler': {
    severity: 'error',
    standard: 'cmaf',
    title: 'the handler fits the sample entry',
    clause: 'ISO/IEC 14496-12, 8.4.3',
    exercisedBy: ['init'],
  },
  encrypted: {
    severity: 'note',
    standard: 'cmaf',
    title: 'media can be decoded',
    clause: 'ISO/IEC 23001-7',
    exercisedBy: ['init', 'segment'],
    once: 'track',
  },
  'metadata-track': {
    severity: 'note',
    standard: 'matter',
    title: 'tracks carry sound or picture',
    clause: `${transport}: METADATA, since 1.6`,
    exercisedBy: ['init'],
    once: 'track',
  },

  // Segments
  'segment-without-moof': {
    severity: 'error',
    standard: 'cmaf',
    title: 'a segment has a moof',
    clause: cmaf,
    exercisedBy: ['segment', 'matter-segment'],
  },
  'segment-without-init': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'an init segment precedes the segments',
    clause: ingest('6.2-2'),
    exercisedBy: ['segment'],
  },
  'segment-multiplexed': {
    severity: 'error',
    standard: 'cmaf',
    title: 'a segment carries one track',
    clause: cmaf,
    exercisedBy: ['segment'],
  },
  'track-id-mismatch': {
    severity: 'error',
    standard: 'cmaf',
    title: 'segments have the track id of their init segment',
    clause: cmaf,
    exercisedBy: ['segment'],
  },
  'tfdt-missing': {
    severity: 'error',
    standard: 'cmaf',
    title: 'each fragment says its decode time',
    clause: cmaf,
    exercisedBy: ['segment'],
  },
  'decode-time-negative': {
    severity: 'error',
    standard: 'cmaf',
    title: 'decode times are not below 0',
    clause: 'ISO/IEC 14496-12, 8.8.12',
    exercisedBy: ['segment'],
  },
  'tfdt-gap': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'no time is missing between segments',
    clause: ingest('6.2-10'),
    exercisedBy: ['next-segment', 'chunks'],
  },
  'tfdt-overlap': {
    severity: 'warning',
    standard: 'dash-if',
    title: 'decode time increases',
    clause: ingest('6.2-10'),
    exercisedBy: ['next-segment'],
  },
  'sequence-number-not-increasing': {
    severity: 'warning',
    standard: 'cmaf',
    title: 'sequence numbers increase',
    clause: cmaf,
    exercisedBy: ['next-segment', 'chunks'],
  },
  'sequence-number-gap': {
    severity: 'note',
    standard: 'dash-if',
    title: 'sequence numbers have no gap',
    clause: ingest('6.2-11'),
    exercisedBy: ['next-segment'],
  },
  'segment-not-starting-with-sync-sample': {
    severity: 'error',
    standard: 'cmaf',
    title: 'segments begin with a sync sample',
    clause: cmaf,
    exercisedBy: ['video-segment'],
  },
  'samples-outside-mdat': {
    severity: 'error',
    standard: 'cmaf',
    title: 'samples lie inside an mdat of their segment',
    clause: 'ISO/IEC 14496-12, 8.8.7 and 8.8.8; ISO/IEC 23009-1, 6.3.4.2',
    exercisedBy: ['segment'],
  },
  'composition-offset-negative': {
    severity: 'error',
    standard: 'cmaf',
    title: 'a trun of version 0 has no composition offset below 0',
    clause: 'ISO/IEC 14496-12, 8.8.8',
    exercisedBy: ['segment'],
  },
  'base-not-moof': {
    severity: 'warning',
    standard: 'cmaf',
    title: 'offsets count from the moof',
    clause: cmaf,
    exercisedBy: ['segment'],
    once: 'track',
  },
  'segment-duration-off': {
    severity: 'warning',
    standard: 'dash',
    title: 'segments but the last have the announced duration, within 50 %',
    clause: 'ISO/IEC 23009-1, 5.3.9.2.1',
    exercisedBy: ['announced-duration'],
    once: 'track',
  },
  'duration-header-off': {
    severity: 'warning',
    standard: 'matter',
    title: 'X-EXTINF-duration is what the media lasts',
    clause: extinf,
    exercisedBy: ['hls-segment'],
  },
  'prft-absent': {
    severity: 'note',
    standard: 'dash-if',
    title: 'segments carry prft',
    clause: ingest('6.2-20'),
    exercisedBy: ['ingest-segment'],
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

  // What manifests say
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

/** Everything that can be noticed about an upload; a closed list. */
export type FindingCode = keyof typeof rules

export const findingCodes = Object.keys(rules) as FindingCode[]
