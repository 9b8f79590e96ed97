import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'

/** The result of a command that has ended. */
export interface CommandResult {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

type Options = Pick<SpawnOptions, 'cwd' | 'env'> & { readonly input?: Buffer | string }

const timeoutMs = 90_000

/** Runs a command to its end, with any exit code. */
export async function run(
  command: string,
  args: readonly string[],
  options: Options = {},
): Promise<CommandResult> {
  const { input = '', ...rest } = options
  const child = spawn(command, args, rest)
  // The timeout of spawn would go on for a command that does not exist.
  const timeout = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const closed = once(child, 'close').finally(() => clearTimeout(timeout))
  // A client that is refused early exits without having read its input.
  const fed = pipeline([input], child.stdin).catch(() => undefined)
  const [stdout, stderr, [code]] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    closed,
    fed,
  ])
  return { code, stdout, stderr: String(stderr) }
}

/** Runs a command; throws unless it exits with 0. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: Options = {},
): Promise<CommandResult> {
  const ended = await run(command, args, options)
  if (ended.code === 0) return ended
  throw new Error(`${command} ${args.join(' ')}\nended with ${ended.code}: ${ended.stderr.slice(-4_000)}`)
}

async function collect(output: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const bytes of output) parts.push(bytes)
  return Buffer.concat(parts)
}
