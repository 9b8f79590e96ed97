/**
 * The folder that relative paths of the command line start from, where `scripts` are the npm scripts of the program:
 * npm runs a script in the repository's root and names the folder of its user in INIT_CWD.
 */
export function invocationDirectory(env: NodeJS.ProcessEnv, scripts: readonly string[]): string {
  const { npm_lifecycle_event: script = '', INIT_CWD: calledFrom } = env
  return (scripts.includes(script) ? calledFrom : undefined) ?? process.cwd()
}
