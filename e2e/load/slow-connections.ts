/** Many connections that each move a byte a second, until told to finish. */
export interface SlowConnections extends Disposable {
  /** Goes on at full speed; what was wrong in the end, in sentences. */
  finish(): Promise<readonly string[]>
}
