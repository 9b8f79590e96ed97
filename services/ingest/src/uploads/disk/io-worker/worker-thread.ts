import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { type PackedOperations, unpackOperations } from './operation-codec.ts'
import type { Append, Create, IoError, Link, Operation, Outcome, Unlink } from './operations.ts'

const maxOpen = 256
const maxTries = 10
const journals = new Map<string, Journal>()

interface Journal {
  readonly file: number
  size: number
}

// The thread of `createDiskThread`: whatever waits here keeps no connection waiting.
parentPort?.on('message', (packed: PackedOperations) =>
  parentPort?.postMessage(outcomesOf(unpackOperations(packed))),
)

/** Bodies first, then lines, each journal's in one write, then links: the order of every chain. */
function outcomesOf(works: readonly Operation[]): readonly Outcome[] {
  const outcomes = new Map<Operation, Outcome>()
  const broken = new Map<string, IoError>()
  for (const work of left('create')) attempt([work], () => [create(work)])
  for (const [path, lines] of Map.groupBy(left('append'), ({ path }) => path))
    attempt(lines, () => append(path, lines))
  for (const work of left('link', 'unlink')) attempt([work], () => [relink(work)])
  return works.map((work) => outcomes.get(work) ?? broken.get(work.chain) ?? 0)

  function left<Kind extends Operation['kind']>(...kinds: Kind[]): Extract<Operation, { kind: Kind }>[] {
    const isOne = (work: Operation): work is Extract<Operation, { kind: Kind }> =>
      kinds.some((kind) => kind === work.kind)
    return works.filter(isOne).filter(({ chain }) => !broken.has(chain))
  }

  function attempt(what: readonly Operation[], run: () => readonly number[]): void {
    try {
      for (const [i, outcome] of run().entries()) outcomes.set(what[i] as Operation, outcome)
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException
      for (const work of what) {
        outcomes.set(work, { code, message })
        broken.set(work.chain, { code, message })
      }
    }
  }
}

function create({ path, bytes }: Create): number {
  const file = openSync(path, 'wx')
  try {
    writeAll(file, bytes)
    return 0
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

/** The journal's size after each of the lines. */
function append(path: string, lines: readonly Append[]): number[] {
  const journal = journals.get(path) ?? openJournal(path)
  const bytes = lines.map(({ line }) => Buffer.from(line))
  journals.delete(path)
  try {
    writeAll(journal.file, Buffer.concat(bytes))
  } catch (error) {
    closeSync(journal.file)
    throw error
  }
  journals.set(path, journal)
  closeOldest()
  return bytes.map(({ length }) => {
    journal.size += length
    return journal.size
  })
}

function openJournal(path: string): Journal {
  const file = openSync(path, 'a+')
  try {
    const { size } = fstatSync(file)
    const last = Buffer.alloc(1)
    if (size > 0) readSync(file, last, 0, 1, size - 1)
    const isTorn = size > 0 && last.toString() !== '\n'
    if (isTorn) writeAll(file, Buffer.from('\n'))
    return { file, size: isTorn ? size + 1 : size }
  } catch (error) {
    closeSync(file)
    throw error
  }
}

function closeOldest(): void {
  const [oldest] = journals
  if (journals.size <= maxOpen || !oldest) return
  journals.delete(oldest[0])
  closeSync(oldest[1].file)
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}

function relink(work: Link | Unlink): number {
  if (work.kind === 'link') link(work)
  else unlink(work)
  return 0
}

function link({ path, target, fresh }: Link): void {
  if (inFolderOf(path, () => symlinkUnless(target, path))) return
  symlinkSync(target, fresh)
  try {
    inFolderOf(path, () => renameSync(fresh, path))
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}

function unlink({ path, folder }: Unlink): void {
  rmSync(path, { force: true })
  if (folder) rmdirSync(dirname(path))
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
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries > maxTries) throw error
      mkdirSync(dirname(path), { recursive: true })
    }
  }
}
