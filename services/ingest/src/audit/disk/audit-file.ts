import { appendFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { tryLock } from '@pushav/shared/lib/file-lock.ts'
import { printableJson } from '@pushav/shared/lib/printable.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { privateFileMode } from '../../lib/disk/file-modes.ts'
import type { AuditEntry, WriteAudit } from '../audit.ts'

/** Lines that wait for the disk. Further ones are counted, not written: refusals may come faster than a disk writes. */
const maxWaiting = 1_000

interface Limits {
  /** A file is put aside when it is larger. */
  readonly maxBytes: number
  /** The number of files put aside that stay. */
  readonly maxOld: number
}

interface AuditFile extends AsyncDisposable {
  readonly write: WriteAudit
}

/**
 * `audit.jsonl` in the working directory, one JSON line an entry, and `audit-refused.jsonl` for what was refused or
 * failed: clients that may do nothing can write any number of lines there, and push out or hold up no line of what was
 * done. A file that has grown too large becomes `audit-<time>.jsonl` or `audit-refused-<time>.jsonl`; of those the
 * oldest are removed. Disposal writes what waits.
 */
export function openAuditFile(
  workingDirectory: string,
  now: () => Date,
  log: Logger,
  limits: Limits = { maxBytes: 10 * 2 ** 20, maxOld: 9 },
): AuditFile {
  const open = (name: string) => openLines(workingDirectory, name, { now, log, limits })
  const [done, refused] = [open('audit'), open('audit-refused')]
  return {
    write: (entry) => (entry.outcome === 'ok' ? done : refused).write(entry),
    async [Symbol.asyncDispose]() {
      await Promise.all([done.end(), refused.end()])
    },
  }
}

interface LinesDeps {
  readonly now: () => Date
  readonly log: Logger
  readonly limits: Limits
}

function openLines(
  workingDirectory: string,
  name: string,
  { now, log, limits: { maxBytes, maxOld } }: LinesDeps,
) {
  const path = join(workingDirectory, `${name}.jsonl`)
  const isOld = (file: string) =>
    file.startsWith(`${name}-`) && /^\d.*\.jsonl$/.test(file.slice(name.length + 1))
  let waiting: string[] = []
  let dropped = 0
  let writing: Promise<void> | null = null
  return {
    write(entry: AuditEntry): void {
      if (waiting.length >= maxWaiting) dropped++
      else waiting.push(lineOf(entry))
      writing ??= flush()
    },
    async end(): Promise<void> {
      await writing
    },
  }

  function lineOf(entry: AuditEntry | { readonly event: string; readonly details: object }): string {
    return `${printableJson({ time: now().toISOString(), ...entry })}\n`
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const lines = waiting
      waiting = []
      if (dropped > 0) lines.push(lineOf({ event: 'lines-dropped', details: { count: dropped } }))
      dropped = 0
      try {
        await appendFile(path, lines.join(''), { mode: privateFileMode, flush: true })
        await rotate()
      } catch (error) {
        log.error({ error, lines: lines.length }, 'the audit log could not be written')
      }
    }
    writing = null
  }

  async function rotate(): Promise<void> {
    if ((await stat(path)).size <= maxBytes) return
    // Another ingest process may be at it: what it puts aside is not put aside again.
    using lock = tryLock(join(workingDirectory, `${name}.lock`))
    if (!lock || (await stat(path)).size <= maxBytes) return
    await rename(path, join(workingDirectory, `${name}-${now().toISOString().replaceAll(':', '')}.jsonl`))
    const old = (await readdir(workingDirectory)).filter(isOld).sort()
    for (const file of old.slice(0, -maxOld)) await rm(join(workingDirectory, file), { force: true })
  }
}
