import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tryLock } from '@pushav/shared/lib/file-lock.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { StartupError } from '../startup-error.ts'
import { openLivenessFifo, waitUntilReleased } from './liveness-fifo.ts'
import { makeDirectory, unusableBecause } from './make-directory.ts'
import { shutdownRedis } from './shutdown-redis.ts'

/** Directories of the processes of one run. Disposal releases the lock on the working directory. */
export interface RunDirectories extends AsyncDisposable {
  readonly workingDirectory: string
  /** Directory of the Unix sockets, with a short path because their length is limited. Only this user may read it. */
  readonly sockets: string
  /** The file descriptor of `openLivenessFifo`. */
  readonly livenessFifo: number
}

const fifoName = 'liveness.fifo'

/**
 * Locks the working directory, a temporary one for null, and waits until the processes of a killed run are gone. Throws
 * a `StartupError` when the directory cannot be used.
 */
export async function openRunDirectories(wanted: string | null, log: Logger): Promise<RunDirectories> {
  const workingDirectory = wanted ?? temporaryDirectory('push-av-server-', tmpdir())
  const lock = await lockDirectory(workingDirectory)
  const record = join(workingDirectory, 'standalone', 'sockets')
  await removeLeftovers(record, log)
  const sockets = temporaryDirectory('pushav-run-', shortTemporaryDirectory())
  const livenessFifo = openLivenessFifo(join(sockets, fifoName))
  await writeFile(record, sockets)
  return { workingDirectory, sockets, livenessFifo, [Symbol.asyncDispose]: close }

  async function close(): Promise<void> {
    await rm(record, { force: true })
    lock[Symbol.dispose]()
  }
}

async function lockDirectory(workingDirectory: string): Promise<Disposable> {
  try {
    for (const name of ['redis', 'standalone']) {
      await makeDirectory(join(workingDirectory, name))
      // An older version may have created the folder with access for other users.
      await chmod(join(workingDirectory, name), 0o700)
    }
    const lock = tryLock(join(workingDirectory, 'standalone', 'lock'))
    if (lock) return lock
  } catch (error) {
    throw new StartupError(`cannot use the working directory ${workingDirectory}: ${unusableBecause(error)}`)
  }
  throw new StartupError(`the working directory ${workingDirectory} is in use by another push-av-server`)
}

/** Removes what a killed run left. The record names its socket directory; only a killed run leaves a record. */
async function removeLeftovers(record: string, log: Logger): Promise<void> {
  const sockets = await readFile(record, 'utf8').catch(() => '')
  if (!/\/pushav-run-\w{6}$/.test(sockets) || !existsSync(join(sockets, fifoName))) return
  log.warn('the previous run was killed; waiting for its last process to exit')
  await shutdownRedis(join(sockets, 'redis.sock'))
  if (!(await waitUntilReleased(join(sockets, fifoName), 20_000)))
    throw new StartupError(
      'processes of the previous run, which was killed, do not exit; kill them, then start again',
    )
  await rm(sockets, { recursive: true, force: true })
}

/** Makes a directory that is removed when this process exits, unless it is killed. */
function temporaryDirectory(prefix: string, parent: string): string {
  const path = mkdtempSync(join(parent, prefix))
  process.on('exit', () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }))
  return path
}

/** A temporary folder whose path leaves room for a Unix socket: 103 bytes on macOS, 107 on Linux. */
const shortTemporaryDirectory = () => (Buffer.byteLength(tmpdir()) < 70 ? tmpdir() : '/tmp')
