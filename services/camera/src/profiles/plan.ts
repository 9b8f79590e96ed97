import type { Clip } from '../media/clip.ts'

/** One object that a camera sends. */
export interface PlannedObject {
  /** Path below the publishing point. */
  readonly path: string
  readonly method: 'PUT' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly role: 'manifest' | 'init' | 'segment'
  /** Name of the track; null for manifests. */
  readonly track: string | null
  /** Number of a segment within its track, from 1; 0 for other objects. */
  readonly nth: number
  /** When the camera has the object, in seconds after the start of the recording. */
  readonly at: number
  readonly body: () => Buffer
  /** The camera sends all objects of a path in one request, which stays open until the recording ends. */
  readonly isLong?: boolean
  /** The camera starts again: it breaks off the long request that is open at the path. */
  readonly beginsAnew?: boolean
  /** The camera shows no client certificate. */
  readonly isAnonymous?: boolean
  /** The camera loses the connection in the middle of the body and does not send the object again. */
  readonly isCutOff?: boolean
}

/** One recording of a camera. */
export interface SessionSetup {
  readonly clip: Clip
  /** Number of segments of each track. */
  readonly segments: number
  /** When the recording began, by the camera's clock. */
  readonly startedAt: Date
  readonly session: string
}

/** How one kind of camera sends. */
export interface Profile {
  readonly summary: string
  /** The interface of the streams that the camera creates. */
  readonly interface: 'cmaf-ingest' | 'dash' | 'hls' | 'hksv'
  /** Whether the camera sends several requests on one connection. */
  readonly keepsConnections: boolean
  /** The number of a new session. */
  readonly newSession: () => string
  /** The objects of a recording, in the order in which the camera sends them. */
  readonly planOf: (recording: SessionSetup) => readonly PlannedObject[]
}
