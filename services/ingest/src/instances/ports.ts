/**
 * The names of ingest processes on one working directory. A name is locked as long as its process lives. All methods throw
 * the system's errors.
 */
export interface InstanceLocks {
  /** Names, besides that of this process, whose processes may have left something behind. */
  others(): Promise<readonly string[]>
  /** Locks the name of a process that is gone; null when it lives. */
  lock(name: string): Promise<GoneInstance | null>
}

/** A process that is gone. Disposal unlocks its name. */
export interface GoneInstance extends Disposable {
  /** Records that nothing is left of the process that needs care. */
  settle(): Promise<void>
}
