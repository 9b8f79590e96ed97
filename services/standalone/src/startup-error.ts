/** A failure that the user can do something about: main.ts prints its message alone, without a stack. */
export class StartupError extends Error {}
