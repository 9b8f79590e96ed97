import { printable } from '@pushav/shared/lib/printable.ts'

/** Says on stderr why a command could not be carried out: the first line of the error, and what may help. */
export function printFailure(command: string, error: unknown, advice = ''): void {
  const [sentence = ''] = String(error instanceof Error ? error.message : error).split('\n')
  process.stderr.write(`${command}: ${printable(sentence)}${advice}\n`)
}
