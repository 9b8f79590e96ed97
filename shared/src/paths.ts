/** The file that holds one upload's body, below the working directory. Both names are ours, never a device's. */
export const uploadPath = (workingDirectory: string, stream: string, upload: string): string =>
  `${workingDirectory}/uploads/${stream}/${upload}`

/** The key of one upload's body in an object store, below the prefix. */
export const uploadKey = (stream: string, upload: string): string => `uploads/${stream}/${upload}`
