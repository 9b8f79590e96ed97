/**
 * What one upload, or one change of a link, asks of the disk. The steps happen in the order in which they stand here;
 * a step that fails skips the later ones of its transaction, and those before it stay done.
 */
export interface Transaction {
  readonly create?: Create | null
  /** A path that this process has made or renamed just now; its name is flushed where power may be lost. */
  readonly moved?: string | null
  readonly append?: Append | null
  readonly link?: Link | null
  readonly unlink?: Unlink | null
}

/** What a batch has to outlive before its promises resolve: the death of this process, or the loss of power. */
export type Durability = 'process' | 'power'

/** Makes a file with all its bytes; fails where there is one already. */
export interface Create {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Appends a line to a journal. A line that a crash or a full disk tore off is ended first. */
export interface Append {
  readonly path: string
  /** The line with its line feed. */
  readonly line: string
}

/** Makes a symbolic link, atomically in place of what is there, and its folders where they are missing. */
export interface Link {
  readonly path: string
  readonly target: string
  /** A free name in the same file system, for the moment before the link takes its place. */
  readonly temporaryPath: string
}

/** Removes a link, if it is there; with `removesFolder` its folder, too, which fails where that is not empty. */
export interface Unlink {
  readonly path: string
  readonly removesFolder: boolean
}

/** A number: the journal's size in bytes after the appended line, 0 where none was asked for. */
export type Outcome = number | IoFailure

export interface IoFailure {
  readonly step: keyof Transaction
  /** The system's code, such as `ENOENT`. */
  readonly code: string
  readonly message: string
  /** The journal's size after the line, if that was appended before the step failed; else 0. */
  readonly journalSize: number
}
