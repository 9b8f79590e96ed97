/** Whether a name is the id of a stream, which names folders. */
export const isStreamId = (name: string): boolean => /^[1-9]\d{0,15}$/.test(name)

/** The file that holds one upload's body, below the working directory. Both names are ours, never a device's. */
export const uploadPath = (workingDirectory: string, stream: string, upload: string): string =>
  `${workingDirectory}/uploads/${stream}/${upload}`

/** The key of one upload's body in an object store, below the prefix. */
export const uploadKey = (stream: string, upload: string): string => `uploads/${stream}/${upload}`

/**
 * The name in a body's metadata, in an object store, of the key of another object that holds the body's SHA-256: a body
 * that is shipped while it arrives has metadata before its digest is known.
 */
export const digestName = 'sha256-key'
