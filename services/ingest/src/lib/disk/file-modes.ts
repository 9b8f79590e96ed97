/** For the owner alone. */
export const privateFileMode = 0o600
export const privateFolderMode = 0o700
/** For all to read. */
export const publicFileMode = 0o644
