import { readFileSync } from 'node:fs'

const forTheRest = 200

/**
 * The wanted number of connections, or as many as the limit of open files allows: the proxy needs two for each. Says
 * so.
 */
export function connectionsWithinFileLimit(wished: number): number {
  const [, most = 'unlimited'] =
    /^Max open files +\d+ +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  const possible = most === 'unlimited' ? wished : Math.floor((Number(most) - forTheRest) / 2)
  if (possible >= wished) return wished
  const even = possible - (possible % 2)
  process.stderr.write(`  a process may open ${most} files: ${even} connections instead of ${wished}\n`)
  return even
}
