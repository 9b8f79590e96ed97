/**
 * The facts in the bytes of one upload alone. Its size has a bound that does not depend on the upload's size.
 */
export interface Inspection {
  readonly kind: 'init' | 'segment' | 'mpd' | 'playlist' | 'other'
  /** ISOBMFF only: the brands of ftyp or styp, major brand first. */
  readonly brands: readonly string[]
  /** Set when a moov was found: alone (init segment) or with media behind it (one long request). */
  readonly init: InitFacts | null
  /** Set when a moof was found. */
  readonly media: MediaFacts | null
  /** An empty mfra was found: DASH-IF's end of a track, alone or as the last box of one long request. */
  readonly endsTrack: boolean
  /** What the upload is instead of media, by its first bytes, for a message; null for what is media or may be. */
  readonly nonMedia: string | null
  readonly mpd: MpdFacts | null
  readonly playlist: PlaylistFacts | null
  /** What is wrong with the bytes themselves. */
  readonly faults: readonly InspectionFault[]
  /** The faults of a long request that are in bytes of no header and no segment; absent without any. */
  readonly outside?: readonly InspectionFault[]
}

/** A fault of the bytes themselves, which becomes a finding of the same code. */
export interface InspectionFault {
  readonly code:
    | 'media-not-isobmff'
    | 'box-malformed'
    | 'box-too-large'
    | 'init-incomplete'
    | 'decoder-configuration'
    | 'parameter-sets-missing'
    | 'samples-outside-mdat'
    | 'decode-time-negative'
    | 'composition-offset-negative'
    | 'sample-description-index'
    | 'sample-encryption'
    | 'segment-index'
    | 'mpd-malformed'
    | 'playlist-malformed'
    | 'manifest-too-large'
    | 'manifest-encoding-unknown'
  /** One sentence: what was expected and what was received, with the byte offset or line. */
  readonly message: string
}

/**
 * Whether media was not looked into because of a limit of this server, or could not be because its boxes are broken: what it
 * holds is not known.
 */
export const isUnread = ({ kind, init, media, faults }: Inspection): boolean =>
  (kind === 'init' || kind === 'segment') &&
  init === null &&
  media === null &&
  faults.some(({ code }) => code === 'box-too-large' || code === 'box-malformed')

/** One CMAF header. A CMAF track has one trak; more are reported, the first is described. */
export interface InitFacts {
  readonly trackCount: number
  readonly trackId: number
  /** Units a second of decodeTime and duration. */
  readonly timescale: number
  /** `vide`, `soun`, `text`, `subt`, `meta`, … */
  readonly handler: string
  /** RFC 6381, `avc1.4d401f`, `mp4a.40.2`; only the sample entry's four letters where no more is known. */
  readonly codec: string
  readonly language: string
  /** `kind` boxes as `scheme value`. */
  readonly kinds: readonly string[]
  readonly width: number | null
  readonly height: number | null
  /** From btrt, bits a second. */
  readonly averageBitrate: number | null
  readonly maxBitrate: number | null
  /** encv or enca; codec names what is inside. */
  readonly encrypted: boolean
  readonly isFragmented: boolean
  /** Brands of the ftyp in front of the moov, major brand first; empty without one. */
  readonly brands: readonly string[]
  /** Profile and level of Dolby Vision, `08.07`, that a configuration box tells; null without one. */
  readonly dolbyVision: string | null
  /** The moov itself lists samples: the file is whole without fragments; absent without. */
  readonly hasSamples?: true
  /** Media time, in units of timescale, at which an edit list begins to show the track; absent for 0. */
  readonly editStart?: number
  /** Seconds by which an edit list shows the first sample later than its decode time says; absent without. */
  readonly delaySeconds?: number
  /** Sample descriptions in stsd; absent for one. */
  readonly descriptionCount?: number
  /**
   * The size of the samples' initialization vectors by sample description, in bytes; 0 for a constant one, null where the
   * samples are not encrypted or the size is not known. Absent where all are null.
   */
  readonly ivSizes?: readonly (number | null)[]
  /** Number of the sample description that trex names; absent for 1. */
  readonly defaultDescription?: number
  /** trex defaults that fragments may rely on. */
  readonly defaultSampleDuration: number
  readonly defaultSampleSize: number
  readonly defaultSampleFlags: number
}

/** All moofs of one upload together; CMAF has one traf in each. Times are in the track's timescale. */
export interface MediaFacts {
  readonly trackId: number
  readonly chunkCount: number
  readonly firstSequence: number
  readonly lastSequence: number
  /** False when a moof's sequence number is not above the one before it; after 2^32-1 comes 0 or 1. */
  readonly sequenceIncreases: boolean
  /** The first sequence number that is more than one above that of the moof before it; null for none. */
  readonly sequenceGap: { readonly expected: number; readonly received: number } | null
  /** tfdt of the first moof, below 0 where its 64 bits have the top one set; null when there is none. */
  readonly decodeTime: number | null
  /** The tfdt of the first moof has 32 bits, so that decode times begin anew after 2^32-1. */
  readonly isShortDecodeTime: boolean
  /** Moofs without tfdt. */
  readonly untimedChunks: number
  /**
   * Sum of the durations written in the moofs. The whole duration is this and `defaultedSamples` times the
   * trex default.
   */
  readonly explicitDuration: number
  readonly defaultedSamples: number
  readonly sampleCount: number
  /** Whether the first sample is a sync sample; null where that is left to the trex default. */
  readonly startsWithSync: boolean | null
  /**
   * Largest absolute difference, inside the upload, between a tfdt and the end of the moof before it; null
   * where that end hangs on a trex default that is not in the upload.
   */
  readonly innerGap: number | null
  /** Every tfhd says default-base-is-moof, as CMAF asks. */
  readonly baseIsMoof: boolean
  /** Bytes between the beginning of the file, from which base-data-offset counts, and the upload; mostly 0. */
  readonly missingFront: number
  /**
   * The default sample sizes of trex with which each traf has bytes and all its samples lie in an mdat; null
   * where every size is written in the moofs.
   */
  readonly defaultSizes: { readonly min: number; readonly max: number } | null
  readonly hasSidx: boolean
  readonly hasPrft: boolean
  /** The first prft: when, in Unix time, the sample at mediaTime was captured or encoded. */
  readonly producerTime: { readonly atMs: number; readonly mediaTime: number } | null
  readonly emsgCount: number
  /** Brand lmsg: the last segment of its track. Brand slat: filler that may be replaced. */
  readonly isLast: boolean
  readonly isFiller: boolean
  /** More than one traf in a moof, or moofs of more than one track: not CMAF. */
  readonly isMultiplexed: boolean
  readonly encrypted: boolean
  /** Numbers of the sample descriptions that its trafs name, 0 for that of trex; absent where none names one. */
  readonly descriptions?: readonly number[]
  /**
   * The sample descriptions, as above, of trafs of encrypted media whose samples have no information on encryption; absent
   * without such trafs.
   */
  readonly uninformed?: readonly number[]
  /** Sizes of an initialization vector with which each senc can be read; absent without senc. */
  readonly ivSizes?: readonly number[]
  /** What a sidx in front of the media says, and the media that it leads to; absent without. */
  readonly index?: SegmentIndex
}

/** One sidx (ISO/IEC 14496-12, 8.16.3) without references to others, and the moofs of its subsegments. */
export interface SegmentIndex {
  /** reference_ID. */
  readonly trackId: number
  /** Units a second of `start` and `duration`. */
  readonly timescale: number
  /** The earliest presentation time. */
  readonly start: number
  /** The sum of the subsegments' durations. */
  readonly duration: number
  /** The first decode time of the moofs that are indexed; their durations are in the next fields, as in MediaFacts. */
  readonly decodeTime: number | null
  readonly samples: number
  readonly explicitDuration: number
  readonly defaultedSamples: number
}

export interface MpdFacts {
  /** Null: the attribute is absent (means static) or neither of the two. */
  readonly type: 'static' | 'dynamic' | null
  /** As written; DASH-IF Ingest 6.2 wants the Unix epoch here and PT0S at the start of the only period. */
  readonly availabilityStartTime: string | null
  readonly periodStart: string | null
  readonly periodCount: number
  /** MPD@id; absent without. */
  readonly id?: string
  /** The last Periods with an id that no other one has, at most 16, in document order; absent without. */
  readonly periods?: readonly PeriodFacts[]
  readonly hasBaseUrl: boolean
  /** A URL with a scheme, a host or a leading slash, anywhere. */
  readonly hasAbsoluteUrl: boolean
  /** A relative URL that climbs out of the stream, anywhere. */
  readonly leavesStream: boolean
  /** At most 256, in document order. */
  readonly representations: readonly RepresentationFacts[]
  /**
   * True when a limit cut representations, timelines or lists short, or when a part is in another file (xlink): then absence
   * proves nothing.
   */
  readonly truncated: boolean
  /** What the manifest lacks or has wrongly, one flaw of each code. */
  readonly flaws: readonly ManifestFlaw[]
}

/** A Period of an MPD that has an id. */
export interface PeriodFacts {
  readonly id: string
  /** Seconds; absent without @start. */
  readonly start?: number
  /** Ids of its adaptation sets, at most 16; absent without any. */
  readonly sets?: readonly string[]
}

/**
 * One track as an MPD announces it; templates resolved against the MPD's own path, `$RepresentationID$`
 * filled in.
 */
export interface RepresentationFacts {
  readonly id: string
  /** Which period, from 0; ids repeat from period to period. */
  readonly period: number
  /** Null without one. */
  readonly periodId: string | null
  /** Duration of its period; null where the MPD leaves it open. */
  readonly periodSeconds: number | null
  /** The id of the adaptation set, else its place in the period, from 0. */
  readonly adaptationSet: string
  readonly codecs: string | null
  readonly mimeType: string | null
  /** Bits a second. */
  readonly bandwidth: number | null
  /** SegmentTemplate, SegmentList, or neither: one file at BaseURL, with or without SegmentBase. */
  readonly addressing: 'template' | 'list' | 'file'
  readonly timescale: number
  /**
   * Path below the stream, resolved; null when the MPD names none, it leaves the stream or makes no sense.
   */
  readonly initialization: string | null
  /**
   * Likewise, a template: `$Number…$` or `$Time…$` are left in and a plain dollar is `$$`. Null for a list.
   */
  readonly media: string | null
  /** SegmentTemplate's attributes as written, to compare sets and to look for `$RepresentationID$`. */
  readonly written: { readonly initialization: string | null; readonly media: string | null }
  readonly startNumber: number
  /** @duration of SegmentTemplate or SegmentList in timescale units. */
  readonly duration: number | null
  /** SegmentTimeline; at most 10 000 runs are kept of one MPD. */
  readonly timeline: readonly TimelineRun[] | null
  /** What the runs that are not kept amount to; absent where all are. */
  readonly timelineRest?: TimelineRest
  /** SegmentList: resolved paths in order, null for one that leaves the stream; at most 10 000 of one MPD. */
  readonly segments: readonly (string | null)[] | null
}

/** Segments of equal duration, one after the other from media time t on; above 2^53 times lose precision. */
export interface TimelineRun {
  readonly t: number
  readonly d: number
  /** Null: until the end of the period, which the MPD leaves open. */
  readonly count: number | null
}

/** Runs of a timeline together; duration in timescale units, null counts left out. */
export interface TimelineRest {
  readonly count: number
  readonly duration: number
}

/** What a manifest lacks or has wrongly by its standard. */
export interface ManifestFlaw {
  readonly code:
    | 'mpd-namespace'
    | 'mpd-incomplete'
    | 'mpd-value'
    | 'mpd-name-unknown'
    | 'mpd-contradiction'
    | 'mpd-start-unknown'
    | 'mpd-dynamic-incomplete'
    | 'mpd-timeline-and-duration'
    | 'playlist-target-duration'
    | 'playlist-map-absent'
    | 'playlist-segment-incomplete'
    | 'playlist-version-low'
    | 'playlist-attribute-absent'
    | 'playlist-value'
    | 'playlist-contradiction'
  /** One sentence: what was expected and what was received. */
  readonly message: string
}

/** Keys of a playlist, and what else HomeKit Secure Video has in it; null for what it has not. */
export interface PlaylistEncryption {
  readonly method: string | null
  /** URI of the first key; HomeKit has an id there, which is no URL. */
  readonly keyId: string | null
  readonly mediaSequence: number | null
  readonly targetDuration: number | null
  /** EXT-X-SESSION-DATA `com.apple.encrypted-datetime.timestamp`: base64 of JSON. */
  readonly timestamp: string | null
}

export interface PlaylistFacts {
  /** From the content alone: without EXT-X-MEDIA and EXT-X-STREAM-INF a playlist is a media playlist. */
  readonly kind: 'multivariant' | 'media'
  /** Multivariant: EXT-X-MEDIA and EXT-X-STREAM-INF lines, the reference's count of tracks. */
  readonly trackCount: number
  /**
   * Multivariant: how many playlists it names, each once, however often and however spelt; captions inside
   * the video (CLOSED-CAPTIONS) and other renditions without a playlist are none.
   */
  readonly playlistCount: number
  /** URIs as written, of variants and renditions, or of segments; at most 10 000. */
  readonly uris: readonly string[]
  /** RFC 6381 names in all CODECS attributes, each once; at most 100. */
  readonly codecs: readonly string[]
  /** Media: first EXT-X-MAP URI. */
  readonly map: string | null
  /** Media: URIs of all EXT-X-MAPs, each once, at most 16; and those of its parts (EXT-X-PART), at most 10 000. */
  readonly maps: readonly string[]
  readonly parts: readonly string[]
  readonly playlistType: string | null
  readonly hasEndList: boolean
  /** EXTINF values, seconds; at most 10 000. NaN-free: what is not a decimal counts in extinfCount only. */
  readonly durations: readonly number[]
  readonly extinfCount: number
  /** Lines that are neither empty nor tag nor comment, after no EXT-X-STREAM-INF. */
  readonly segmentCount: number
  /** EXT-X-MEDIA-SEQUENCE, 0 without; null where it names only what has changed (EXT-X-SKIP). */
  readonly mediaSequence: number | null
  /** Seconds; absent without EXT-X-TARGETDURATION. */
  readonly targetDuration?: number
  /** Absent without EXT-X-DISCONTINUITY-SEQUENCE. */
  readonly discontinuitySequence?: number
  /** Places of the segments behind an EXT-X-DISCONTINUITY, from 0, at most 64; absent without. */
  readonly discontinuities?: readonly number[]
  /** As in MpdFacts. */
  readonly flaws: readonly ManifestFlaw[]
  /** How its media is sealed; absent without EXT-X-KEY and EXT-X-SESSION-KEY. */
  readonly sealing?: PlaylistEncryption
  /** As in MpdFacts, of the URIs that are kept. */
  readonly hasAbsoluteUrl: boolean
  readonly leavesStream: boolean
}
