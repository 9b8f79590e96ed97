/** The file that holds one upload's body, below the working directory. Both names are ours, never a device's. */
export const uploadPath = (workingDirectory: string, stream: string, upload: string): string =>
  `${workingDirectory}/uploads/${stream}/${upload}`
