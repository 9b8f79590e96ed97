/** Why a stream does not pass. */
export interface Reason {
  readonly state: 'fail' | 'pending'
  readonly about: Aspect
  /** What was expected and what was received. */
  readonly message: string
}

/** What a reason is about: the expectation's name in JSON. */
export type Aspect =
  | 'tracks'
  | 'segment_seconds'
  | 'sessions'
  | 'bitrate'
  | 'latest_start'
  | 'max_errors'
  | 'max_warnings'

export const failed = (about: Aspect, message: string): Reason => ({ state: 'fail', about, message })
