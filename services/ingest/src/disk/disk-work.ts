import { closeSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { parentPort } from 'node:worker_threads'

/** A small thing to do on the disk. */
export type Work =
  /** Makes a file that is not there yet, with all its bytes. */
  | { readonly kind: 'create'; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: 'append'; readonly path: string; readonly text: string }
  /** Makes a symbolic link, in place of what is there; `fresh` is a name for it meanwhile. */
  | { readonly kind: 'link'; readonly path: string; readonly target: string; readonly fresh: string }

/** Null when it is done. */
export type Outcome = { readonly code: string; readonly message: string } | null

const mostOpen = 256
const mostTries = 10
const open = new Map<string, number>()

// The thread of `createDiskThread`: whatever waits here keeps no connection waiting.
parentPort?.on('message', (works: readonly Work[]) => parentPort?.postMessage(works.map(outcomeOf)))

function outcomeOf(work: Work): Outcome {
  try {
    if (work.kind === 'create') create(work.path, work.bytes)
    else if (work.kind === 'append') append(work.path, work.text)
    else link(work)
    return null
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    return { code, message }
  }
}

function create(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx')
  try {
    writeAll(file, bytes)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

function append(path: string, text: string): void {
  const file = open.get(path) ?? openSync(path, 'a')
  open.delete(path)
  try {
    writeAll(file, Buffer.from(text))
    open.set(path, file)
  } catch (error) {
    closeSync(file)
    throw error
  }
  const [oldest] = open
  if (open.size <= mostOpen || !oldest) return
  open.delete(oldest[0])
  closeSync(oldest[1])
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}

function link({ path, target, fresh }: Extract<Work, { kind: 'link' }>): void {
  if (inFolderOf(path, () => symlinkUnless(target, path))) return
  symlinkSync(target, fresh)
  try {
    inFolderOf(path, () => renameSync(fresh, path))
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}

/** False when something is there already. */
function symlinkUnless(target: string, path: string): boolean {
  try {
    symlinkSync(target, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Makes the folder where it is missing; deleting the last object in it may take it away again at once. */
function inFolderOf<Result>(path: string, work: () => Result): Result {
  for (let tries = 1; ; tries++) {
    try {
      return work()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries > mostTries) throw error
      mkdirSync(dirname(path), { recursive: true })
    }
  }
}
