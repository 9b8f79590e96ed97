import type { Identity } from '../../clients/curl.ts'
import type { Standalone } from '../../server/standalone.ts'
import type { Requests } from '../devices/ffmpeg.ts'
import type { Media } from '../media/media.ts'

/** The stream that a client pushes to. */
export interface Target {
  readonly server: Standalone
  readonly device: Identity
  readonly media: Media
  readonly stream: string
}

/** A recording as a real client makes it. */
export interface Recording {
  readonly name: string
  /** The interface of the stream; by default cmaf-ingest. */
  readonly interface?: 'dash' | 'hls'
  readonly push: (to: Target) => Promise<Requests | null>
  /** Codes of all errors and warnings that the recording gets, with the reason why each is right. */
  readonly explained?: Readonly<Record<string, string>>
}

/** The recording with reasons for its findings. */
export const explain = (recording: Recording, explained: Readonly<Record<string, string>>): Recording => ({
  ...recording,
  explained,
})

/** Why sound and pictures in one file break the rules of cmaf-ingest. */
export const multiplexed = {
  'init-track-count': 'video and audio in one file: a CMAF track has one track (ISO/IEC 23000-19, 7.3)',
  'segment-multiplexed': 'the same, in its fragments',
}
export const multiplexedHeader = { 'init-track-count': multiplexed['init-track-count'] }

/** Why a playlist whose target duration grows with its segments breaks a rule. */
export const growing = {
  'playlist-changed':
    'its EXT-X-TARGETDURATION rises when a longer segment comes; the value of a playlist does not change (RFC 8216, 6.2.1)',
}
