import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@pushav/shared/logger.ts'
import { CannotStart, codeOf } from './cannot-start.ts'
import { claim } from './claim.ts'
import { endRedis } from './end-redis.ts'
import { isReleased, openLifeline } from './lifeline.ts'
import { makeDirectory } from './make-directory.ts'
import type { Places } from './parts.ts'

/** Makes the working directory ours, or says why that cannot be, and clears away what a killed run left. */
export async function openPlaces(wanted: string | null, log: Logger): Promise<Places & AsyncDisposable> {
  const workingDirectory = wanted ?? temporaryDirectory('push-av-server-', tmpdir())
  const mine = await claimed(workingDirectory)
  const record = join(workingDirectory, 'standalone', 'sockets')
  await clearLeftovers(record, log)
  const sockets = temporaryDirectory('pushav-run-', shortTemporaryDirectory())
  const lifeline = openLifeline(join(sockets, 'lifeline'))
  await writeFile(record, sockets)
  return { workingDirectory, sockets, lifeline, [Symbol.asyncDispose]: close }

  async function close(): Promise<void> {
    await rm(record, { force: true })
    mine[Symbol.dispose]()
  }
}

async function claimed(workingDirectory: string): Promise<Disposable> {
  try {
    await makeDirectory(join(workingDirectory, 'redis'))
    await makeDirectory(join(workingDirectory, 'standalone'))
    const mine = claim(join(workingDirectory, 'standalone', 'lock'))
    if (mine) return mine
  } catch (error) {
    throw new CannotStart(`cannot use the working directory ${workingDirectory}: ${reasonOf(error)}`)
  }
  throw new CannotStart(`the working directory ${workingDirectory} is in use by another push-av-server`)
}

/** The record names the directory that a run has its sockets in; a run that ends by itself removes it. */
async function clearLeftovers(record: string, log: Logger): Promise<void> {
  const left = await readFile(record, 'utf8').catch(() => '')
  if (!/\/pushav-run-\w{6}$/.test(left) || !existsSync(join(left, 'lifeline'))) return
  log.warn('the run before was killed; waiting until its last process is gone')
  await endRedis(join(left, 'redis.sock'))
  if (!(await isReleased(join(left, 'lifeline'), 20_000)))
    throw new CannotStart(
      'processes of the run before, which was killed, do not end; kill them, then start again',
    )
  await rm(left, { recursive: true, force: true })
}

/** Removed when this process ends by itself, in whatever way. */
function temporaryDirectory(prefix: string, parent: string): string {
  const path = mkdtempSync(join(parent, prefix))
  process.on('exit', () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }))
  return path
}

/** The path of a Unix socket may have 103 bytes on macOS, 107 on Linux. */
const shortTemporaryDirectory = () => (Buffer.byteLength(tmpdir()) < 70 ? tmpdir() : '/tmp')

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there'
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file is in the way'
  if (code === 'ENOENT') return 'it cannot be made there'
  if (code === 'EROFS') return 'the disk is read-only'
  if (code === 'ENOSPC') return 'the disk is full'
  return error instanceof Error ? error.message : String(error)
}
