/** Many connections that transfer one byte a second each, until `finish` is called. */
export interface SlowConnections extends Disposable {
  /** Transfers the rest at full speed. Resolves with a sentence for each fault that it finds. */
  finish(): Promise<readonly string[]>
}
