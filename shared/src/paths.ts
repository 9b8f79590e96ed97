/** Whether a name is the id of a stream, and therefore a safe name of a folder. */
export const isStreamId = (name: string): boolean => /^[1-9]\d{0,15}$/.test(name)

/** The file with the body of an upload, below the working directory. This server, not a device, chooses both ids. */
export const uploadPath = (workingDirectory: string, stream: string, upload: string): string =>
  `${workingDirectory}/uploads/${stream}/${upload}`

/** The key of an upload's body in the object store, below the prefix. */
export const uploadKey = (stream: string, upload: string): string => `uploads/${stream}/${upload}`

/**
 * The field in the metadata of a body in the object store that has the key of the object with the body's SHA-256. Only
 * a body that is shipped while it arrives has it, because metadata are written before the digest is known.
 */
export const digestName = 'sha256-key'
