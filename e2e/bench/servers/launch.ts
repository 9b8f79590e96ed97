import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cores, pinned } from '../../load/cpu-pinning.ts'
import { launchStandalone, type Standalone } from '../../server/standalone.ts'

/** The program that a user starts. */
export const standaloneMain = join(import.meta.dirname, '../../../services/standalone/src/main.ts')

/** How to start this server. */
export interface StartOptions {
  /** Whether all processes run on one core. */
  readonly isPinned?: boolean
  readonly flags?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** Starts the standalone as a user does, in a directory of its own that is removed afterwards. */
export async function launchServer(
  parent: string,
  certificates: string | null,
  start: StartOptions = {},
): Promise<Standalone> {
  await using built = new AsyncDisposableStack()
  const workingDirectory = await mkdtemp(join(parent, 'server-'))
  built.defer(() => rm(workingDirectory, { recursive: true, force: true, maxRetries: 3 }))
  if (certificates !== null) await cp(certificates, join(workingDirectory, 'certs'), { recursive: true })
  const server = built.use(await launchIn(workingDirectory, start))
  const running = built.move()
  return { ...server, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Starts the standalone in an existing directory with its contents. */
export async function launchIn(
  workingDirectory: string,
  { isPinned = false, flags = [], env = {} }: StartOptions = {},
): Promise<Standalone> {
  await using built = new AsyncDisposableStack()
  const node = [process.execPath, standaloneMain, '--port', '0', '--host', host, ...flags] as const
  const [command, ...args] = isPinned ? pinned(cores.server, [...node]) : node
  const server = built.use(await launchStandalone({ command, args, host, workingDirectory, env }))
  built.defer(() => showWarnings(server))
  const running = built.move()
  const url = `https://${host}:${server.port}`
  return { ...server, url, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

const host = '127.0.0.1'

const maxWarnings = 20

/** Prints the warnings in the server's log, which are part of the result. */
function showWarnings({ log }: Standalone): void {
  const troubles = log.filter((line) => / (WARN|ERROR|FATAL): /.test(line))
  for (const line of troubles.slice(0, maxWarnings)) process.stderr.write(`  ${line}\n`)
  if (troubles.length > maxWarnings) process.stderr.write(`  and ${troubles.length - maxWarnings} more\n`)
}
