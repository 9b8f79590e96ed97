/**
 * The folder in which the user has called this program, for relative paths on the command line. npm runs a script in
 * the repository root and passes the user's folder in INIT_CWD; `scripts` are the npm scripts of the program.
 */
export function invocationDirectory(env: NodeJS.ProcessEnv, scripts: readonly string[]): string {
  const { npm_lifecycle_event: script = '', INIT_CWD: calledFrom } = env
  return (scripts.includes(script) ? calledFrom : undefined) ?? process.cwd()
}
