import { resolve } from 'node:path'
import { printable } from '@pushav/shared/lib/printable.ts'
import { invocationDirectory } from '@pushav/shared/process/invocation-directory.ts'

/** Makes a path of the command line absolute. */
export type PathOf = (file: string) => string

/** A program that runs once, as `npm run <name>`. */
interface Command {
  readonly name: string
  /** The text of `--help`. */
  readonly help: string
  /** Resolves with the exit code. Throws an error whose first line says to the user what is wrong. */
  run(argv: readonly string[], pathOf: PathOf): Promise<number>
  /** Text to print after the message of an error that `run` threw; none when the function is missing. */
  adviceOn?(error: unknown): string
}

const failureCode = 2

/** Runs a command with the arguments of this process and sets its exit code, which is 2 for a command that throws. */
export async function runCommand({ name, help, run, adviceOn }: Command): Promise<void> {
  const argv = process.argv.slice(2)
  if (argv.includes('--help')) return void process.stdout.write(help)
  const directory = invocationDirectory(process.env, [name])
  try {
    process.exitCode = await run(argv, (file) => resolve(directory, file))
  } catch (error) {
    process.stderr.write(`${name}: ${printable(sentenceOf(error))}${adviceOn?.(error) ?? ''}\n`)
    process.exitCode = failureCode
  }
}

function sentenceOf(error: unknown): string {
  const [sentence = ''] = String(error instanceof Error ? error.message : error).split('\n')
  return sentence
}
