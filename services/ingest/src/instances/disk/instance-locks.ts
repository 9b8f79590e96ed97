import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { tryLock, waitForLock } from '@pushav/shared/lib/file-lock.ts'
import { privateFolderMode } from '../../lib/disk/file-modes.ts'
import { runOfMachine } from '../../lib/disk/run-of-machine.ts'
import type { GoneInstance, InstanceLocks } from '../ports.ts'

/** How often a process touches its record. */
const heartbeatMs = 5_000
/** A record of another machine that is older belongs to a process that is gone. */
const goneMs = 6 * heartbeatMs
/** A process that ends may hold its name as long as its last uploads take. */
const nameWaitMs = 10_000
const maxInstances = 1_000

interface Instance extends InstanceLocks, Disposable {
  /** The name of this process. */
  readonly name: string
  /** Records that this process leaves nothing behind that needs care. */
  settle(): Promise<void>
}

/**
 * Takes a name among the ingest processes on a working directory, for its journals and its staging folder: `wanted`, or
 * the first of `ingest-1`, `ingest-2`… that no process has. Disposal gives it back. Throws an error when a process has the
 * wanted name and keeps it for ten seconds.
 *
 * `instances/<name>.lock` is locked by the kernel, which unlocks it however the process ends. Locks may not reach other
 * machines on a shared file system, so `instances/<name>.json` says on which one a process runs, and is touched every
 * five seconds.
 */
export async function openInstance(workingDirectory: string, wanted: string | null): Promise<Instance> {
  const folder = join(workingDirectory, 'instances')
  const lockOf = (name: string) => join(folder, `${name}.lock`)
  const recordOf = (name: string) => join(folder, `${name}.json`)
  await mkdir(folder, { recursive: true, mode: privateFolderMode })
  const machine = await runOfMachine()
  const { name, lock } = wanted === null ? await firstFree() : await lockWanted(wanted)
  const record = recordOf(name)
  await writeFile(record, `${JSON.stringify({ machine, host: hostname(), pid: process.pid })}\n`)
  const timer = setInterval(touch, heartbeatMs).unref()
  const settle = () => rm(record, { force: true })
  return { name, settle, others, lock: lockGone, [Symbol.dispose]: dispose }

  /** The record stays: another process looks after what this one leaves behind, if this one does not come back. */
  function dispose(): void {
    clearInterval(timer)
    lock[Symbol.dispose]()
  }

  function touch(): void {
    const now = new Date()
    utimes(record, now, now).catch(() => undefined)
  }

  async function lockWanted(wanted: string) {
    const lock = await waitForLock(lockOf(wanted), nameWaitMs)
    if (lock) return { name: wanted, lock }
    throw new Error(
      `INSTANCE ${wanted} is in use by another ingest process on ${workingDirectory}: give each a name of its own, or none`,
    )
  }

  async function firstFree() {
    for (let number = 1; number <= maxInstances; number++) {
      const name = `ingest-${number}`
      const lock = await tryGone(name)
      if (lock) return { name, lock }
    }
    throw new Error(`there are ${maxInstances} ingest processes on ${workingDirectory}`)
  }

  async function others(): Promise<readonly string[]> {
    const records = (await readdir(folder)).filter((file) => file.endsWith('.json'))
    const names = new Set(records.map((file) => file.slice(0, -'.json'.length)))
    // A version that kept no records may have left bodies.
    for (const staged of await namesIn(join(workingDirectory, 'staging')))
      if ((await namesIn(join(workingDirectory, 'staging', staged))).length > 0) names.add(staged)
    names.delete(name)
    return [...names].sort()
  }

  async function lockGone(other: string): Promise<GoneInstance | null> {
    const lock = await tryGone(other)
    if (!lock) return null
    return {
      settle: () => rm(recordOf(other), { force: true }),
      [Symbol.dispose]: () => lock[Symbol.dispose](),
    }
  }

  /** Locks a name that no process has, on this machine or another. */
  async function tryGone(name: string): Promise<Disposable | null> {
    const lock = tryLock(lockOf(name))
    if (lock && (await livesElsewhere(name))) {
      lock[Symbol.dispose]()
      return null
    }
    return lock
  }

  async function livesElsewhere(name: string): Promise<boolean> {
    try {
      const { machine: other } = JSON.parse(await readFile(recordOf(name), 'utf8')) as { machine?: unknown }
      const { mtimeMs } = await stat(recordOf(name))
      return other !== machine && Date.now() - mtimeMs < goneMs
    } catch {
      // Without a record, or with one that a crash cut off, the lock alone decides.
      return false
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return []
    throw error
  }
}
