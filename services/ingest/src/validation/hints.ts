import type { FindingCode } from './rules.ts'

/** What to change in the device, one sentence for each code; the API says it beside the rule. */
export const hints = {
  'client-certificate-missing':
    "Make the device present its client certificate in the TLS handshake: a certificate that this server's device CA has issued, with its private key.",
  'body-incomplete':
    'Send as many bytes as Content-Length announces, or end a chunked body with its last chunk, and keep the connection open until the response has come.',
  'path-clash':
    'Give the object a name of its own: a path that other objects lie below cannot be an object too.',
  'too-many-tracks': 'Send at most 128 tracks in one session; put further ones into a stream of their own.',
  'upload-repeated': 'Send an object again only when its response did not come or was a 5xx.',
  'path-reused':
    'Count up the number in the file name for each new media object instead of replacing an earlier one.',
  extension:
    'End the name in the extension of its content: .m4s for segments, .init for init segments, .mpd or .m3u8 for manifests.',
  'content-type-mismatch':
    'Send the Content-Type that belongs to the extension: application/dash+xml for .mpd, application/vnd.apple.mpegurl for .m3u8, video/mp4 or video/iso.segment for media.',
  'manifest-interface':
    'Create the stream with the interface that the device uses: dash for an MPD, hls for playlists.',
  'mpd-path': 'Upload the MPD as session_<N>/index.mpd, directly below the folder of its session.',
  'mpd-malformed':
    'Write the MPD as well-formed XML with the root element MPD, and escape &, < and quotes in attribute values.',
  'mpd-dynamic-late': 'Upload the MPD with type="dynamic" before the first init segment of the session.',
  'mpd-static-early': 'Upload the MPD with type="static" only after the last segment of every track.',
  'mpd-static-repeated': 'Upload the static MPD once, and begin session N + 1 for the next recording.',
  'hls-path':
    'Upload the multivariant playlist as session_<N>/index.m3u8 and each media playlist as session_<N>/<track>/index.m3u8.',
  'playlist-malformed':
    'Begin the playlist with the line #EXTM3U, without a byte order mark or an empty line before it.',
  'hls-multivariant-late':
    'Upload the multivariant playlist before the first init segment and segment of the session.',
  'hls-multivariant-empty':
    'Name every track in the multivariant playlist with EXT-X-STREAM-INF or EXT-X-MEDIA.',
  'hls-playlist-no-session':
    'Open the session with session_<N>/index.m3u8 before the playlists of its tracks.',
  'hls-playlist-before-multivariant':
    'Upload the multivariant playlist first, then the initial playlist of each track.',
  'hls-initial-content':
    'Upload the first playlist of a track before its media, without segments and without EXT-X-ENDLIST.',
  'hls-initial-repeated':
    'Upload the initial playlist of a track once; the next playlist of the track is the final one.',
  'hls-final-not-vod': 'Write #EXT-X-PLAYLIST-TYPE:VOD into the final playlist of a track.',
  'hls-final-no-extinf': 'Write an #EXTINF line with the duration before each segment of the final playlist.',
  'hls-final-no-segments': 'List every segment of the track in its final playlist.',
  'hls-final-no-endlist': 'End the final playlist of a track with #EXT-X-ENDLIST.',
  'hls-final-early': 'Upload the final playlist of a track after its init segment and its last segment.',
  'hls-final-repeated': 'Upload the final playlist of a track once.',
  'manifest-too-large':
    'Keep a manifest below 4 MiB, without entities of its own: use SegmentTemplate with $Number$, or end the session and begin another.',
  'object-path': 'Upload media as session_<N>/<track>/<track>.init and session_<N>/<track>/segment_<K>.m4s.',
  'track-unexpected':
    'Use the track name that the device was configured with, or change the expected track names of the stream.',
  'track-missing':
    'Send every expected track in each session, or take the name out of the expected track names.',
  'init-name': 'Call the init segment <track>.init, after the folder that it lies in.',
  'session-number': 'Begin with session_1 and count up by one for each recording.',
  'session-number-reused':
    'Keep the session counter over a restart, so that a new recording gets a new number.',
  'session-restarted':
    'Keep the session counter over a restart: a recording that begins anew needs a number of its own. In long requests (DASH-IF Interface-1), go on with the decode times, or push to another publishing point.',
  'session-abandoned':
    'End a session with its static MPD or final playlists before the first object of the next one.',
  'number-padded': 'Write numbers in names without leading zeros: segment_1001, not segment_01001.',
  'segment-number-low': 'Begin the segments of each track at segment_1001.',
  'segment-number-high': 'Begin a new session before the segment number passes 9999.',
  'segment-number-gap':
    'Upload segments one by one in the order of their numbers, and send a failed one again before the next.',
  'segment-before-mpd':
    'Upload session_<N>/index.mpd with type="dynamic" before any other object of the session.',
  'segment-before-multivariant': 'Upload session_<N>/index.m3u8 before any init segment or segment.',
  'segment-before-init':
    'Upload the init segment of a track and wait for its response before the first segment.',
  'segment-before-playlist': 'Upload the initial playlist of a track before its first segment.',
  'segment-after-end':
    'Upload the last segment before the static MPD or final playlist; use a new session for what comes later.',
  'init-before-playlist': 'Upload the initial playlist of a track before its init segment.',
  'init-duplicate': 'Upload the init segment of a track once per session.',
  'init-after-segments':
    "Begin a new session when the encoder's configuration changes, instead of replacing the init segment.",
  'init-after-end': 'Upload the init segment before the static MPD or final playlist that ends the session.',
  'extinf-header-missing':
    'Send the header X-EXTINF-duration with the duration in seconds on each segment of an HLS stream.',
  'extinf-header-invalid': 'Write X-EXTINF-duration as a positive decimal number of seconds, such as 4.0.',
  'media-not-isobmff': 'Send fragmented MP4 (CMAF): MPEG-TS, WebM, raw and encrypted bytes cannot be read.',
  'box-malformed':
    'Check the muxer: each box states its own size, header included, and lies wholly inside its parent.',
  'box-too-large':
    'Keep moov and moof below 1 MiB: leave out pictures and free space, and send shorter fragments.',
  'init-without-moov': 'Send ftyp and moov in the init segment, before the first segment of the track.',
  'init-track-count': 'Put one trak into each init segment, and send sound and picture as two tracks.',
  'init-not-fragmented': 'Write an mvex with a trex into the moov, so that players expect fragments.',
  'init-repeated': 'Send the init segment once; it need not precede each segment.',
  'init-rewritten':
    'Send the very same bytes when an init segment is sent again; leave out times and counters that change.',
  'init-changed':
    'Keep codec, size, timescale and track id during a session, and begin a new session to change them.',
  'init-language-changed': 'Keep the language in mdhd (and elng) during a session.',
  'init-handler': 'Write the handler type of the sample entry into hdlr: vide for pictures, soun for sound.',
  encrypted: 'Switch encryption off for uploads to this server, which has no keys.',
  'metadata-track': 'Send only sound and picture on this interface, or ignore this note.',
  'segment-without-moof': 'Begin each segment with moof and mdat; a bare mdat or a moov is no segment.',
  'segment-without-init': 'Upload the init segment of the track, in the same folder, before its segments.',
  'segment-multiplexed': 'Write one traf into each moof: sound and picture go into segments of their own.',
  'track-id-mismatch': "Use the track_ID of the init segment's tkhd in each tfhd.",
  'tfdt-missing': 'Write a tfdt with the decode time of the first sample into each traf.',
  'tfdt-gap':
    'Continue tfdt where the previous segment ended; check for dropped frames and for rounding of durations.',
  'tfdt-out-of-order':
    'Send the segments of a track in the order of their decode times, and number them in that order.',
  'tfdt-overlap':
    'Let tfdt grow by exactly the duration of the previous segment; do not reset it during a session.',
  'sequence-number-not-increasing': 'Count up the sequence_number of mfhd with each moof of the track.',
  'sequence-number-gap':
    'Count up the sequence_number of mfhd by one with each moof, and send every fragment.',
  'segment-not-starting-with-sync-sample':
    'Cut segments at key frames: make the key frame interval divide the segment duration.',
  'base-not-moof': 'Set default-base-is-moof (0x020000) in tfhd and leave base-data-offset out.',
  'segment-duration-off':
    'Announce the duration that segments really have, or make the key frame interval fit the announced one.',
  'duration-header-off':
    'Compute X-EXTINF-duration from the media: the sum of its sample durations over the timescale.',
  'sealed-malformed': 'Seal each object with AES-256-GCM: 16 bytes of IV, the ciphertext, 16 bytes of tag.',
  'hksv-order':
    'Send the init segment, the media playlist, the multivariant playlist, then after each segment the playlist with it.',
  'hksv-playlist':
    'Write the whole EVENT playlist anew after each segment, with one more EXTINF and name at its end.',
  'hksv-key':
    'Name the key that HomeKit gave as EXT-X-KEY and EXT-X-SESSION-KEY: 16 hex digits that end in 4000.',
  'producer-time-impossible':
    'Set the clock of the device before it records, and write its time into prft as NTP, seconds from 1900.',
  'prft-absent': 'Write a prft box before the moof, so that the latency can be measured.',
  'emsg-top-level': 'Send events in a metadata track of their own instead of emsg boxes in media segments.',
  filler: "Check the camera's input: it sent filler because nothing came from the source.",
  'fragment-duration': 'Make all fragments of a track last the same time, between 1 s and 6 s.',
  'name-number-gap': 'Number the objects of a track without gaps, and send a failed one again.',
  'switching-set-differs':
    'Encode the tracks of a switching set with the same timescale and codec family, or announce them as different sets.',
  'switching-set-unaligned':
    'Put key frames at the same times in all tracks of a switching set, and cut segments there.',
  'codec-not-announced': 'Write the codec string of the init segment (RFC 6381) into @codecs or CODECS.',
  'name-not-announced': 'Make the templates of the MPD resolve to the names that are uploaded.',
  'manifest-names-unknown-track':
    'Name in the manifest only tracks that the device uploads, spelt like their folders.',
  'manifest-omits-track': 'Add every uploaded track to the manifest.',
  'manifest-names-missing-segments':
    'Upload each segment before the manifest that names it, or take it out of the manifest.',
  'manifest-omits-segments': 'Name every uploaded segment in the manifest that ends the session.',
  'manifest-timing-off': "Write the decode times and durations of the segments into the manifest's timeline.",
  'manifest-url-absolute':
    'Write URLs in manifests relative to the manifest, without scheme, host or leading slash.',
  'manifest-url-outside': 'Keep URLs in manifests below the publishing point: no ../ that climbs out of it.',
  'mpd-base-url': 'Leave BaseURL out of the MPD, and place the segments relative to it.',
  'mpd-several-periods': 'Write one Period into the MPD.',
  'mpd-template': 'Use $RepresentationID$ and one of $Number$ and $Time$ in the media template.',
  'mpd-templates-differ': 'Use the same SegmentTemplate in all adaptation sets.',
  'mpd-template-changed': 'Keep the templates of the MPD when it is updated.',
  'mpd-timeline-origin': "Set availabilityStartTime to 1970-01-01T00:00:00Z and the period's start to PT0S.",
  'hls-differs-from-mpd': 'Name the same tracks and segments in playlists and MPD.',
  'init-with-samples':
    'Write a moov without samples (of ffmpeg: -movflags +empty_moov) and all media into fragments.',
  'init-brand':
    'Begin the init segment with an ftyp that has a brand of CMAF or ISO BMFF, such as cmfc or iso6.',
  'init-incomplete':
    'Write mvhd, a tkhd with a track_ID above 0, and in mvex the trex of that track into the moov.',
  'decoder-configuration':
    'Write the sample entry with its decoder configuration (avcC, hvcC, esds, dOps, av1C …) into stsd.',
  'parameter-sets-missing':
    'Write the parameter sets into hvcC, or call the sample entry hev1 when they come with the samples.',
  'decode-time-negative':
    'Begin decode times at 0 or later: tfdt is an unsigned number, so a negative one becomes a very large one.',
  'samples-outside-mdat':
    'Set data_offset of trun to the first byte of the samples in the mdat, counted from the start of the moof.',
  'sample-description-index': 'Write a number from 1 to entry_count of stsd into tfhd and trex, mostly 1.',
  'sample-encryption':
    'Write senc with one entry for each sample, and saiz and saio that lead to it; take the size of the vectors from tenc.',
  'segment-index':
    'Fill sidx when the subsegments are complete, with their bytes and times, or leave it out.',
  'samples-without-duration': 'Write sample durations into trun, or a default into tfhd or trex.',
  'composition-offset-negative':
    'Use version 1 of trun when composition offsets are below 0, or shift them with an edit list.',
  'mpd-namespace': 'Write xmlns="urn:mpeg:dash:schema:mpd:2011" on the root element MPD.',
  'mpd-incomplete':
    'Write what the schema of DASH demands, such as profiles, minBufferTime and a duration on MPD, id and bandwidth on Representation.',
  'mpd-value': 'Write numbers as digits, times as ISO 8601 and durations as PT…S.',
  'mpd-name-unknown': 'Spell elements and attributes as the schema of DASH does, in the same case.',
  'mpd-contradiction':
    'Write one of what excludes each other: one kind of segment information, $Number$ or $Time$, ids used once, segments that do not overlap.',
  'mpd-start-unknown': 'Write start="PT0S" on the first Period of a dynamic MPD.',
  'mpd-timeline-and-duration': 'Leave @duration out where a SegmentTimeline says how long segments last.',
  'playlist-target-duration':
    'Write EXT-X-TARGETDURATION once, at least as long as the longest segment, rounded.',
  'playlist-map-absent': 'Write EXT-X-MAP with the URI of the init segment before the first segment.',
  'playlist-segment-incomplete': 'Write an EXTINF line and then a URI line for each segment.',
  'playlist-version-low':
    'Raise EXT-X-VERSION: 3 for decimal EXTINF, 6 for EXT-X-MAP, 7 where RFC 8216 asks for it.',
  'playlist-attribute-absent':
    'Write the attributes that each tag must have, such as BANDWIDTH in EXT-X-STREAM-INF and TYPE, GROUP-ID and NAME in EXT-X-MEDIA.',
  'playlist-value':
    'Write values as their tag has them: strings in double quotes, whole numbers, decimals, times as ISO 8601.',
  'playlist-contradiction':
    'Write sequence numbers before the first segment, an offset in the first byte range of a file, and EXT-X-MEDIA for each group that a variant names.',
  'playlist-sequence':
    'Count up EXT-X-MEDIA-SEQUENCE by one for each segment that leaves the playlist, and take segments away at its start only.',
  'playlist-changed':
    'Set EXT-X-TARGETDURATION to the longest segment that may come, and write what has been listed as it was before.',
  'mpd-changed':
    'Write id, availabilityStartTime, @start and the ids of adaptation sets as before; begin another Period for what is new.',
  'playlist-ended-changed':
    'Leave a playlist alone once it has EXT-X-ENDLIST, and begin a new session for what follows.',
  'manifest-encoding-unknown': 'Write manifests in UTF-8, and say so in the XML declaration.',
} as const satisfies Record<FindingCode, string>
