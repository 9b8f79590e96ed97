/**
 * Why a process of this server did not start, from its output: its message about bad settings, or the message of an
 * `Error` that Node printed, which is written for the user. Null for errors of other classes: they are bugs, and the
 * user needs their stack.
 */
export function reasonIn(lines: readonly string[]): string | null {
  const messages = lines.flatMap((line) => /^(?:Error|bad settings): (.+?)( \{)?$/.exec(line)?.[1] ?? [])
  return messages.at(0) ?? null
}
