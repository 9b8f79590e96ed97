import type { Precondition } from './preconditions.ts'

export type Severity = 'error' | 'warning' | 'note'
export type Standard = 'matter' | 'dash-if' | 'cmaf' | 'hls' | 'dash' | 'server'

/** What one code stands for: the one table that judging, the report and the documentation share. */
export interface Rule {
  /** What it usually weighs; a few findings weigh less or more by circumstance. */
  readonly severity: Severity
  readonly rule: Standard
  readonly title: string
  /** Where it is written. */
  readonly clause: string
  /** The rule was put to the test once one of these has happened. */
  readonly exercisedBy: readonly Precondition[]
  /** Told once for each track or session, because every further upload would only repeat it. */
  readonly once?: 'track' | 'session'
}

// Matter's chapter on push transports is not public: its sections stand where they have been quoted, the
// reference server where it alone says so in public.
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

type Options = Pick<Rule, 'once'>

const entry =
  (severity: Severity, rule: Standard) =>
  (
    title: string,
    clause: string,
    when: Precondition | readonly Precondition[],
    options: Options = {},
  ): Rule => ({
    severity,
    rule,
    title,
    clause,
    exercisedBy: typeof when === 'string' ? [when] : when,
    ...options,
  })

const matterError = entry('error', 'matter')
const matterWarning = entry('warning', 'matter')
const matterNote = entry('note', 'matter')
const cmafError = entry('error', 'cmaf')
const cmafWarning = entry('warning', 'cmaf')
const cmafNote = entry('note', 'cmaf')
const dashIfWarning = entry('warning', 'dash-if')
const dashIfNote = entry('note', 'dash-if')
const dashError = entry('error', 'dash')
const dashWarning = entry('warning', 'dash')
const hlsError = entry('error', 'hls')
const hlsNote = entry('note', 'hls')
const serverError = entry('error', 'server')
const serverNote = entry('note', 'server')

const oncePerTrack = { once: 'track' } as const
const oncePerSession = { once: 'session' } as const

export const rules = {
  // The request
  'client-certificate-missing': matterError(
    'the device shows its certificate',
    `${transport}: TLS client certificate`,
    'upload',
  ),
  'body-incomplete': serverError('a body arrives up to its announced end', 'RFC 9112, 8', 'upload'),
  'path-clash': serverError('no object is named like a folder of others', own, 'upload'),
  'too-many-tracks': serverError('a session has at most 128 tracks', own, 'upload'),
  'upload-repeated': serverNote('nothing is sent twice', own, 'upload'),
  'path-reused': dashIfWarning('a path is used for one media object only', ingest('7.1.2-1'), 'segment'),
  extension: matterError('the extension is one of the known ones', layout, 'upload'),
  'content-type-mismatch': dashIfNote(
    'Content-Type and extension agree',
    ingest('7.1.2-7, table 6'),
    'content type',
    oncePerTrack,
  ),

  // Manifests of Matter sessions
  'manifest-interface': matterError(
    'a manifest is of the interface of its stream',
    `${transport}: CMAFInterface`,
    'manifest',
  ),
  'mpd-path': matterError('the MPD is at session_N/index.mpd', layout, 'dash mpd'),
  'mpd-malformed': dashError('an MPD is XML with the root MPD', dash, 'mpd'),
  'mpd-dynamic-late': matterError('the dynamic MPD precedes the segments', dashSession, 'dash mpd'),
  'mpd-static-early': matterError('the static MPD follows the segments', dashSession, 'dash mpd'),
  'mpd-static-repeated': matterNote('a session ends once', dashSession, 'static mpd'),
  'hls-path': matterError('playlists are at index.m3u8 of session or track', layout, 'hls playlist'),
  'playlist-malformed': hlsError('a playlist begins with #EXTM3U', hls('4.3.1.1'), 'playlist'),
  'hls-multivariant-late': matterError(
    'the multivariant playlist precedes the segments',
    hlsSession,
    'hls multivariant',
  ),
  'hls-multivariant-empty': matterError(
    'the multivariant playlist names tracks',
    hlsSession,
    'hls multivariant',
  ),
  'hls-playlist-no-session': matterError(
    'a multivariant playlist opens the session',
    hlsSession,
    'hls media playlist',
  ),
  'hls-playlist-before-multivariant': matterError(
    'the multivariant playlist is the first object',
    hlsSession,
    'hls media playlist',
  ),
  'hls-initial-content': matterError(
    'the initial playlist is empty and open',
    hlsSession,
    'hls media playlist',
  ),
  'hls-initial-repeated': matterNote('the initial playlist comes once', hlsSession, 'hls media playlist'),
  'hls-final-not-vod': matterError('the final playlist is of type VOD', hlsSession, 'hls final playlist'),
  'hls-final-no-extinf': matterError('the final playlist has EXTINF', hlsSession, 'hls final playlist'),
  'hls-final-no-segments': matterError('the final playlist names segments', hlsSession, 'hls final playlist'),
  'hls-final-no-endlist': hlsError('the final playlist has ENDLIST', hls('4.3.3.4'), 'hls final playlist'),
  'hls-final-early': matterError(
    'the final playlist follows init segment and segments',
    hlsSession,
    'hls final playlist',
  ),
  'hls-final-repeated': hlsNote('a track ends once', hls('4.3.3.5'), 'hls final playlist'),
  'manifest-too-large': serverError('a manifest is small enough to be read', own, 'manifest'),

  // Names and order of Matter sessions
  'object-path': matterError(
    'objects are at session_N/<track>/<track>.init and session_N/<track>/segment_<K>.m4s',
    layout,
    'matter object',
  ),
  'track-unexpected': matterError('only expected tracks come', trackNames, 'expected tracks'),
  'track-missing': matterError('every expected track comes', trackNames, 'complete session'),
  'init-name': matterError('the init segment is called like its track', layout, 'matter init'),
  'session-number': matterError('sessions are numbered from 1 without a gap', numbers, 'matter session'),
  'session-number-reused': matterWarning(
    'a session number is used once',
    `${numbers}; ${ingest('7.1.2-3')}`,
    'matter session',
  ),
  'session-abandoned': matterWarning('a session ends before the next begins', dashSession, 'matter session'),
  'number-padded': matterWarning('numbers have no leading zeros', numbers, [
    'matter object',
    'matter session',
  ]),
  'segment-number-low': matterError('segment numbers begin at 1001', numbers, 'matter segment'),
  'segment-number-high': matterError(
    'segment numbers end at 9999',
    `${reference}: K up to 9999 (Matter: 65535)`,
    'matter segment',
  ),
  'segment-number-gap': matterError('segment numbers have no gap', numbers, 'matter segment'),
  'segment-before-mpd': matterError('the dynamic MPD is the first object', dashSession, 'dash object'),
  'segment-before-multivariant': matterError(
    'the multivariant playlist precedes init segments and segments',
    hlsSession,
    'hls object',
  ),
  'segment-before-init': matterError('the init segment precedes the segments', trackOrder, 'matter segment'),
  'segment-before-playlist': matterError(
    'the initial playlist precedes the segments',
    hlsSession,
    'hls segment',
  ),
  'segment-after-end': matterError('nothing follows the end', `${trackOrder}; ${ingest('6.2-19')}`, [
    'matter segment',
    'track end',
  ]),
  'init-before-playlist': matterError(
    'the initial playlist precedes the init segment',
    hlsSession,
    'hls init',
  ),
  'init-duplicate': matterError('a track has one init segment', trackOrder, 'matter init'),
  'init-after-segments': matterError('the init segment is not replaced', trackOrder, 'matter init'),
  'init-after-end': matterError('no init segment follows the end', trackOrder, 'matter init'),
  'extinf-header-missing': matterError('segments come with X-EXTINF-duration', extinf, 'hls segment'),
  'extinf-header-invalid': matterError('X-EXTINF-duration is a positive decimal', extinf, 'hls segment'),

  // Init segments
  'media-not-isobmff': cmafError('media is ISO BMFF', cmaf, ['init', 'segment', 'other']),
  'box-malformed': cmafError('boxes have the size they say', 'ISO/IEC 14496-12, 4.2', ['init', 'segment']),
  'init-without-moov': cmafError('an init segment has a moov', cmaf, ['init', 'matter init']),
  'init-track-count': cmafError('an init segment has one track', cmaf, 'init'),
  'init-not-fragmented': cmafError('an init segment has an mvex', cmaf, 'init'),
  'init-repeated': dashIfNote('the init segment is sent once', ingest('6.2-6'), 'init'),
  'init-rewritten': dashIfNote('an init segment keeps its bytes', ingest('6.2-6'), 'init'),
  'init-changed': dashIfWarning('an init segment keeps its properties', ingest('6.2-19'), 'init'),
  'init-language-changed': dashIfNote('a track keeps its language', ingest('6.3-10, 6.5-5'), 'init'),
  'init-handler': cmafError('the handler fits the sample entry', 'ISO/IEC 14496-12, 8.4.3', 'init'),
  encrypted: cmafNote('media can be decoded', 'ISO/IEC 23001-7', ['init', 'segment'], oncePerTrack),
  'metadata-track': matterNote(
    'tracks carry sound or picture',
    `${transport}: METADATA, since 1.6`,
    'init',
    oncePerTrack,
  ),

  // Segments
  'segment-without-moof': cmafError('a segment has a moof', cmaf, ['segment', 'matter segment']),
  'segment-without-init': dashIfWarning('an init segment precedes the segments', ingest('6.2-2'), 'segment'),
  'segment-multiplexed': cmafError('a segment carries one track', cmaf, 'segment'),
  'track-id-mismatch': cmafError('segments have the track id of their init segment', cmaf, 'segment'),
  'tfdt-missing': cmafError('each fragment says its decode time', cmaf, 'segment'),
  'tfdt-gap': dashIfWarning('no time is missing between segments', ingest('6.2-10'), [
    'next segment',
    'chunks',
  ]),
  'tfdt-overlap': dashIfWarning('decode time increases', ingest('6.2-10'), 'next segment'),
  'sequence-number-not-increasing': cmafWarning('sequence numbers increase', cmaf, [
    'next segment',
    'chunks',
  ]),
  'sequence-number-gap': dashIfNote('sequence numbers have no gap', ingest('6.2-11'), 'next segment'),
  'segment-not-starting-with-sync-sample': cmafError(
    'segments begin with a sync sample',
    cmaf,
    'video segment',
  ),
  'base-not-moof': cmafWarning('offsets count from the moof', cmaf, 'segment', oncePerTrack),
  'segment-duration-off': dashWarning(
    'segments last as announced, within 10 %',
    'ISO/IEC 23009-1, 7.2.1',
    'announced duration',
    oncePerTrack,
  ),
  'duration-header-off': matterWarning('X-EXTINF-duration is what the media lasts', extinf, 'hls segment'),
  'prft-absent': dashIfNote('segments carry prft', ingest('6.2-20'), 'ingest segment', oncePerTrack),
  'emsg-top-level': dashIfNote(
    'events have a track of their own',
    ingest('6.6'),
    'ingest segment',
    oncePerTrack,
  ),
  filler: dashIfNote('the source has input', ingest('6.2-18'), 'segment'),
  'fragment-duration': dashIfNote(
    'segments last the same 1 s to 6 s',
    ingest('6.3-2 to 6.3-5'),
    'next ingest segment',
    oncePerTrack,
  ),
  'name-number-gap': dashIfNote(
    'numbers in names have no gap',
    ingest('7.1.2-5'),
    'numbered name',
    oncePerTrack,
  ),
  'switching-set-differs': cmafError(
    'tracks of a switching set have one timescale and codec family',
    switching,
    'switching set',
    oncePerTrack,
  ),
  'switching-set-unaligned': cmafError(
    'segments of a switching set begin together',
    switching,
    'switching set',
    oncePerTrack,
  ),

  // What manifests say
  'codec-not-announced': dashError(
    'the manifest names the codec of a track',
    'RFC 6381',
    'announced codec',
    oncePerTrack,
  ),
  'name-not-announced': dashWarning(
    'objects are called as the MPD says',
    'ISO/IEC 23009-1, 5.3.9.4.4',
    'announced name',
    oncePerTrack,
  ),
  'manifest-names-unknown-track': dashWarning('the manifest names tracks that came', dash, 'ended manifest'),
  'manifest-omits-track': dashWarning('the manifest names every track that came', dash, 'ended manifest'),
  'manifest-names-missing-segments': dashWarning('the manifest names segments that came', dash, [
    'ended manifest',
    'hls final playlist',
  ]),
  'manifest-omits-segments': dashWarning('the manifest names every segment that came', dash, [
    'ended manifest',
    'hls final playlist',
  ]),
  'manifest-timing-off': dashWarning('the manifest tells the times of the media', dash, [
    'ended manifest',
    'hls final playlist',
  ]),
  'manifest-url-absolute': dashIfWarning(
    'manifests have relative URLs',
    ingest('7.2.2, 7.3.2'),
    'manifest',
    oncePerSession,
  ),
  'manifest-url-outside': dashIfWarning(
    'manifests stay below the publishing point',
    ingest('7.1.2-2'),
    'manifest',
    oncePerSession,
  ),
  'mpd-base-url': dashIfNote('the MPD has no BaseURL', ingest('6.2-16d'), 'ingest mpd', oncePerSession),
  'mpd-several-periods': dashIfWarning(
    'the MPD has one Period',
    ingest('6.2-16h'),
    'ingest mpd',
    oncePerSession,
  ),
  'mpd-template': dashIfNote(
    'templates have $RepresentationID$ and $Number$ or $Time$',
    ingest('6.2-16a'),
    'ingest mpd',
    oncePerSession,
  ),
  'mpd-templates-differ': dashIfWarning(
    'templates are the same in all sets',
    ingest('6.2-16b, 6.2-16c'),
    'ingest mpd',
    oncePerSession,
  ),
  'mpd-template-changed': dashIfWarning(
    'an updated MPD keeps its templates',
    ingest('6.2-16g'),
    'updated mpd',
    oncePerSession,
  ),
  'mpd-timeline-origin': dashIfNote(
    'the MPD counts from the Unix epoch',
    ingest('6.2-16e'),
    'ingest mpd',
    oncePerSession,
  ),
  'hls-differs-from-mpd': dashIfWarning(
    'playlists name what the MPD names',
    ingest('6.2-17'),
    'playlist beside mpd',
    oncePerSession,
  ),
} as const satisfies Record<string, Rule>

/** Everything that can be noticed about an upload; a closed list. */
export type FindingCode = keyof typeof rules

export const findingCodes = Object.keys(rules) as FindingCode[]
