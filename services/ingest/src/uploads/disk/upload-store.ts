import { mkdir, readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { exists } from '../../lib/disk/exists.ts'
import { forEachLimit } from '../../lib/for-each-limit.ts'
import { Refusal } from '../../lib/refusal.ts'
import { assertUploadIds } from '../body/upload-ids.ts'
import type { LocalBody, LocalUploads, StagedUpload } from '../ports.ts'
import type { Upload } from '../upload.ts'
import { openBodyFiles, type StagedBody } from './body-files.ts'
import { IoError, type IoWorker } from './io-worker/io-worker.ts'
import type { Durability } from './io-worker/transaction.ts'
import type { DiskJournals } from './journal-files.ts'
import { type DiskObjectLinks, isClash } from './object-links.ts'

interface UploadStoreDeps {
  readonly workingDirectory: string
  /** The name of this ingest instance; what it stages is its own. */
  readonly instance: string
  readonly disk: IoWorker
  readonly durability?: Durability
  readonly journals: DiskJournals
  readonly links: DiskObjectLinks
}

const statConcurrency = 8

/** Bodies in `uploads/`, lines in `journals/`, links in `streams/`, written together. */
export async function openUploadStore(deps: UploadStoreDeps): Promise<LocalUploads> {
  const { workingDirectory, instance, disk, journals, links, durability = 'process' } = deps
  const { pathOf, ...bodies } = await openBodyFiles(workingDirectory, instance, durability)
  await makeLostFolders()
  return {
    ...bodies,
    use: async (stream, upload) => useFile(checkedPath(stream, upload)),
    async bodies(stream) {
      const found: LocalBody[] = []
      await forEachLimit(
        (await readdir(join(workingDirectory, 'uploads', stream)).catch(nullIfAbsent)) ?? [],
        statConcurrency,
        async (upload) => {
          const body = await stat(pathOf(stream, upload)).catch(nullIfAbsent)
          // A body that was moved here has kept its time of change.
          if (body) found.push({ upload, bytes: body.size, usedMs: Math.max(body.atimeMs, body.ctimeMs) })
        },
      )
      return found
    },
    fileOf: async (stream, upload) => checkedPath(stream, upload),
    locate: async (stream, upload) => ({ kind: 'file', file: checkedPath(stream, upload) }),
    commit,
  }

  /** Makes the folders of streams that were deleted by hand. */
  async function makeLostFolders(): Promise<void> {
    const root = join(workingDirectory, 'uploads')
    const streams = await journals.streams()
    const there = new Set(await readdir(root).catch(nullIfAbsent))
    for (const stream of streams) if (!there.has(stream)) await mkdir(join(root, stream), { recursive: true })
  }

  function checkedPath(stream: string, upload: string): string {
    assertUploadIds(stream, upload)
    return pathOf(stream, upload)
  }

  /**
   * Body, journal line, link, in this order: a crash between two of them leaves a body that no line names or a line
   * without a link, never a line whose body is missing. A body whose line cannot be written is removed. Bytes in
   * memory go to the worker thread in one message with the other two; a file is renamed first.
   */
  async function commit(
    stream: string,
    upload: Upload,
    bytes: StagedUpload | Uint8Array,
    { link }: { readonly link: boolean },
  ): Promise<void> {
    const path = pathOf(stream, upload.id)
    const entry = { kind: 'upload', id: upload.id, upload } as const
    const append = journals.lineOf(stream, entry)
    let body: Uint8Array | null = null
    try {
      // What is staged comes from `stage` or `leftBehind`.
      body = bytes instanceof Uint8Array ? bytes : await (bytes as StagedBody).moveTo(path)
      const journalSize = await disk.run({
        create: body && { path, bytes: body },
        moved: body ? null : path,
        append,
        link: link ? links.linkOf(stream, upload.path, upload.id) : null,
      })
      journals.remember(stream, entry, append, journalSize)
    } catch (error) {
      if (!(error instanceof IoError && error.step === 'link')) {
        // No line names the file that was moved.
        if (error instanceof IoError && body === null) await bodies.removeUploads(stream, [upload.id])
        throw await reasonOf(error, stream)
      }
      journals.remember(stream, entry, append, error.journalSize)
      if (!isClash(error)) throw error
    }
  }

  /** A stream that was deleted has lost a folder of its own, and the folder above is still there. */
  async function reasonOf(error: unknown, stream: string): Promise<unknown> {
    if (errorCode(error) !== 'ENOENT') return error
    for (const kind of ['uploads', 'journals']) {
      const folder = join(workingDirectory, kind)
      if ((await exists(folder)) && !(await exists(join(folder, stream))))
        return new Refusal('stream-unknown', 'the stream was deleted')
    }
    return error
  }
}

/** False where there is no such file. Its time of change stays, because responses carry it. */
async function useFile(path: string): Promise<boolean> {
  const file = await stat(path).catch(nullIfAbsent)
  if (file) await utimes(path, new Date(), file.mtime).catch(nullIfAbsent)
  return file !== null
}
