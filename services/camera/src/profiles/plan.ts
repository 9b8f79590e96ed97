import type { Clip } from '../media/clip.ts'

/** One object that a camera sends. */
export interface PlannedObject {
  /** Below the publishing point. */
  readonly path: string
  readonly method: 'PUT' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly role: 'manifest' | 'init' | 'segment'
  /** Null for manifests. */
  readonly track: string | null
  /** Of a segment, from 1; 0 for others. */
  readonly nth: number
  /** Seconds after the start of the recording at which the camera has it. */
  readonly at: number
  readonly body: () => Buffer
  /** Objects of one path are one request, which stays open until the recording ends. */
  readonly isLong?: boolean
  /** The camera starts again: what is open at its path is broken off. */
  readonly beginsAnew?: boolean
  /** No client certificate is shown. */
  readonly isAnonymous?: boolean
  /** The connection is lost in the middle of the body, and the camera does not send it again. */
  readonly isCutOff?: boolean
}

/** What a recording is made of. */
export interface SessionSetup {
  readonly clip: Clip
  /** Number of segments of each track. */
  readonly segments: number
  /** When the camera began, by its own clock. */
  readonly startedAt: Date
  readonly session: string
}

/** How one kind of camera sends. */
export interface Profile {
  readonly summary: string
  /** Of the streams that it makes. */
  readonly interface: 'cmaf-ingest' | 'dash' | 'hls' | 'hksv'
  readonly keepsConnections: boolean
  /** The number of a new session. */
  readonly newSession: () => string
  readonly planOf: (recording: SessionSetup) => readonly PlannedObject[]
}
