const inherited = [
  'PATH',
  'NODE_COMPILE_CACHE',
  'NODE_DISABLE_COMPILE_CACHE',
  'NODE_V8_COVERAGE',
  'PROBE_NICENESS',
]

/**
 * The environment of a process whose settings are all a test's own: of this process it has only what finds programs,
 * what lets Node start from cached code or write what it covers, and what share of the processor ffprobe gets.
 */
export function bareEnv(): Record<string, string> {
  const found = inherited.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
