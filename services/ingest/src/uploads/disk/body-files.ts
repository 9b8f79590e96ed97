import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode, nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import { uploadPath } from '@pushav/shared/paths.ts'
import { forEachLimit } from '../../lib/for-each-limit.ts'
import { type LocalUploads, type StagedUpload, type UploadFacts, UploadGone } from '../ports.ts'
import { hideCredentials } from '../sender-headers.ts'
import type { Durability } from './io-worker/transaction.ts'
import { removeFolder } from './remove-folder.ts'
import { createWriteBehind } from './write-behind.ts'

const maxHeldBytes = 65_536
const removalConcurrency = 8

/** Bodies as files, before and after they are committed. */
interface BodyFiles extends Pick<LocalUploads, 'read' | 'place' | 'removeStream' | 'removeUploads'> {
  /** The path of an upload's bytes once they are committed. */
  pathOf(stream: string, upload: string): string
  stage(facts: UploadFacts): StagedBody
  leftBehind(instance: string): AsyncIterable<StagedBody>
}

export interface StagedBody extends StagedUpload {
  /** Moves the body's file to `path`, and returns null; a body that is in memory alone is returned. */
  moveTo(path: string): Promise<Uint8Array | null>
}

/** `staging/<instance>/<id>` while they arrive, `uploads/<stream>/<id>` for ever after. */
export async function openBodyFiles(
  workingDirectory: string,
  instance: string,
  durability: Durability,
): Promise<BodyFiles> {
  const staging = join(workingDirectory, 'staging', instance)
  await mkdir(staging, { recursive: true })
  // Listed before anything new is staged, so that a fresh body is never taken for one left behind.
  const ownEarlier = await readdir(staging)

  return {
    stage: (facts) => stageInMemory(staging, facts, durability),
    async *leftBehind(name) {
      const folder = join(workingDirectory, 'staging', name)
      const earlier = name === instance ? ownEarlier : ((await readdir(folder).catch(nullIfAbsent)) ?? [])
      for (const sidecar of earlier.filter((file) => file.endsWith('.json'))) {
        // `persistFacts` wrote it in one step.
        const facts = JSON.parse(await readFile(join(folder, sidecar), 'utf8')) as UploadFacts
        const sender = hideCredentials(facts.sender)
        if (earlier.includes(facts.id)) yield stagedFile(folder, { ...facts, sender }, durability)
      }
      for (const file of earlier) await rm(join(folder, file), { force: true })
    },
    async *read(stream, upload) {
      try {
        yield* createReadStream(uploadPath(workingDirectory, stream, upload)) as AsyncIterable<Buffer>
      } catch (error) {
        throw errorCode(error) === 'ENOENT' ? new UploadGone(`the bytes of ${upload} are gone`) : error
      }
    },
    pathOf: (stream, upload) => uploadPath(workingDirectory, stream, upload),
    async place(stream, upload, bytes) {
      const path = uploadPath(workingDirectory, stream, upload)
      await mkdir(dirname(path), { recursive: true })
      const copy = join(staging, `${upload}.copy`)
      try {
        await writeFile(copy, bytes)
        await rename(copy, path)
      } catch (error) {
        await rm(copy, { force: true })
        throw error
      }
    },
    removeUploads: (stream, uploads) =>
      forEachLimit(uploads, removalConcurrency, (id) =>
        rm(uploadPath(workingDirectory, stream, id), { force: true }),
      ),
    removeStream: (stream) => removeFolder(join(workingDirectory, 'uploads', stream)),
  }
}

/** A small body stays in memory until it is committed, and is written once; a larger one becomes a file. */
function stageInMemory(staging: string, facts: UploadFacts, durability: Durability): StagedBody {
  let held: Uint8Array[] = []
  let bytes = 0
  let spilled: Promise<StagedBody> | null = null
  return {
    facts,
    async write(more) {
      bytes += more.length
      if (spilled || bytes > maxHeldBytes) return (await spill()).write(more)
      held.push(more)
    },
    persistFacts: async () => (await spill()).persistFacts(),
    replace: async (other) => (await spill()).replace(other),
    moveTo: async (path) => (spilled ? (await spilled).moveTo(path) : Buffer.concat(held)),
    async *read(extent) {
      if (spilled) yield* (await spilled).read(extent)
      else yield Buffer.concat(held).subarray(extent?.from ?? 0, extent?.to)
    },
    async [Symbol.asyncDispose]() {
      // A file that could not be made is gone; `write` has thrown the reason.
      await (await spilled?.catch(() => null))?.[Symbol.asyncDispose]()
    },
  }

  async function spill(): Promise<StagedBody> {
    spilled ??= createStagedFile(staging, facts, held, durability)
    held = []
    return spilled
  }
}

async function createStagedFile(
  staging: string,
  facts: UploadFacts,
  held: readonly Uint8Array[],
  durability: Durability,
): Promise<StagedBody> {
  const file = await open(join(staging, facts.id), 'wx')
  const staged = stagedFile(staging, facts, durability, file)
  try {
    for (const bytes of held) await staged.write(bytes)
  } catch (error) {
    await staged[Symbol.asyncDispose]()
    throw error
  }
  return staged
}

/** A body without `file` was staged by an earlier process, and is only read. */
function stagedFile(
  staging: string,
  facts: UploadFacts,
  durability: Durability,
  file?: FileHandle,
): StagedBody {
  const body = join(staging, facts.id)
  const sidecar = `${body}.json`
  const behind = file ? createWriteBehind(file) : null
  let hasSidecar = file === undefined
  let isMoved = false
  return {
    facts,
    async write(bytes) {
      await behind?.write(bytes)
    },
    persistFacts() {
      hasSidecar = true
      return replaceFile(sidecar, JSON.stringify(facts))
    },
    async replace(bytes) {
      await behind?.written()
      await replaceFile(body, bytes)
    },
    async moveTo(path) {
      await behind?.written()
      if (durability === 'power') await flush()
      await rename(body, path)
      isMoved = true
      return null
    },
    async *read(extent) {
      await behind?.written()
      const range = extent && { start: extent.from, end: extent.to - 1 }
      yield* createReadStream(body, range) as AsyncIterable<Buffer>
    },
    async [Symbol.asyncDispose]() {
      // `write` or `written` has thrown the reason.
      await behind?.written().catch(() => undefined)
      await file?.close()
      if (!isMoved) await rm(body, { force: true })
      if (hasSidecar) await rm(sidecar, { force: true })
    },
  }

  /** `replace` may have put another file in place of the one that is open. */
  async function flush(): Promise<void> {
    await using written = await open(body)
    await written.sync()
  }
}
