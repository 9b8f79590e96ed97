/** A failure that the user can do something about: main.ts prints its message alone, without a stack. */
export class CameraError extends Error {}

/** The command line is wrong; nothing was sent. */
export class UsageError extends CameraError {}
