/** A small thing to do on the disk, one of a chain: what comes later in it is not done when something before failed. */
export type Operation = { readonly chain: string } & (Create | Append | Link | Unlink)

/** Makes a file that is not there yet, with all its bytes. */
export interface Create {
  readonly kind: 'create'
  readonly path: string
  readonly bytes: Uint8Array
}

/** Its result is the file's size after it. What a crash or a full disk has torn off before gets its end. */
export interface Append {
  readonly kind: 'append'
  readonly path: string
  readonly line: string
}

/** Makes a symbolic link, in place of what is there; `fresh` is a name for it meanwhile. */
export interface Link {
  readonly kind: 'link'
  readonly path: string
  readonly target: string
  readonly fresh: string
}

/** Takes a link away; its folder too where that was the last in it and `folder` says so. */
export interface Unlink {
  readonly kind: 'unlink'
  readonly path: string
  readonly folder: boolean
}

export interface IoError {
  readonly code: string
  readonly message: string
}

/** A number when it is done. */
export type Outcome = number | IoError
