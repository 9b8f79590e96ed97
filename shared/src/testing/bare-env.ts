/**
 * The environment of a process whose settings are all a test's own: of this process it has only what finds programs
 * and what lets Node start from cached code.
 */
export function bareEnv(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env
  return NODE_COMPILE_CACHE === undefined ? { PATH } : { PATH, NODE_COMPILE_CACHE }
}
