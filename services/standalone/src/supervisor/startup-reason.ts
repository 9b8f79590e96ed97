/**
 * Why a process of this server ended at its start, by its output: what it says of its settings, or the message of the
 * error that Node prints, which is written for the user. Null for errors of other classes, which are bugs, and need
 * their stack.
 */
export function reasonIn(lines: readonly string[]): string | null {
  const messages = lines.flatMap((line) => /^(?:Error|bad settings): (.+?)( \{)?$/.exec(line)?.[1] ?? [])
  return messages.at(0) ?? null
}
