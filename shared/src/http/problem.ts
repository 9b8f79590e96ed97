/** The JSON of an error response. Some codes have further members. */
export interface Problem {
  /** The status of the response. */
  readonly status: number
  /** A code of a closed list: stable, for programs. */
  readonly code: string
  /** A sentence for the person who sent the request. */
  readonly detail: string
}
