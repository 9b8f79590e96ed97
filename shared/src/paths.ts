/** Whether a name is the id of a stream, which names folders. */
export const isStreamId = (name: string): boolean => /^[1-9]\d{0,15}$/.test(name)

/** The file that holds one upload's body, below the working directory. Both names are ours, never a device's. */
export const uploadPath = (workingDirectory: string, stream: string, upload: string): string =>
  `${workingDirectory}/uploads/${stream}/${upload}`

/** The key of one upload's body in an object store, below the prefix. */
export const uploadKey = (stream: string, upload: string): string => `uploads/${stream}/${upload}`

/** In the metadata of a body that was begun before its digest was known: the key of the object that has it. */
export const digestName = 'sha256-key'
