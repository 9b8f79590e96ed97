const inherited = [
  'PATH',
  'NODE_COMPILE_CACHE',
  'NODE_DISABLE_COMPILE_CACHE',
  'NODE_V8_COVERAGE',
  'PROBE_NICENESS',
]

/**
 * The environment of a process that gets all settings from its test. From this process it takes only the variables that
 * find programs, that make Node use cached code or write coverage, and that set the priority of ffprobe.
 */
export function bareEnv(): Record<string, string> {
  const found = inherited.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
