import { createReadStream } from 'node:fs'
import {
  access,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { uploadPath } from '@pushav/shared/paths.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Bodies, StagedBody, UploadFacts } from '../ports.ts'
import { createIoWorker, type IoWorker } from './io-worker/io-worker.ts'

const maxHeld = 65_536

/** Bodies as files: `staging/<instance>/<id>` while they arrive, `uploads/<stream>/<id>` for ever after. */
export async function diskBodies(
  workingDirectory: string,
  instance: string,
  disk: IoWorker = createIoWorker(),
): Promise<Bodies> {
  const staging = join(workingDirectory, 'staging', instance)
  await mkdir(staging, { recursive: true })
  // Listed before anything new is staged, so that a fresh body is never taken for one left behind.
  const earlier = await readdir(staging)
  const sidecars = earlier.filter((name) => name.endsWith('.json'))

  return {
    read: (stream, upload) =>
      createReadStream(uploadPath(workingDirectory, stream, upload)) as AsyncIterable<Buffer>,
    fileOf: (stream, upload) => uploadPath(workingDirectory, stream, upload),
    removeStream: (stream) => rm(join(workingDirectory, 'uploads', stream), { recursive: true, force: true }),
    stage,
    keepAtOnce,
    async *leftBehind() {
      for (const name of sidecars) {
        const facts = JSON.parse(await readFile(join(staging, name), 'utf8')) as UploadFacts
        if (earlier.includes(facts.id)) yield stagedFile(facts)
      }
      for (const name of earlier) await rm(join(staging, name), { force: true })
    },
  }

  /** A small body stays in memory until it is kept, and is written once. */
  async function stage(facts: UploadFacts): Promise<StagedBody> {
    let held: Uint8Array[] = []
    let bytes = 0
    let spilled: Promise<StagedBody> | null = null
    return {
      facts,
      async write(more) {
        bytes += more.length
        if (spilled || bytes > maxHeld) return (await spill()).write(more)
        held.push(Buffer.from(more))
      },
      persistFacts: async () => (await spill()).persistFacts(),
      replace: async (other) => (await spill()).replace(other),
      async keep(follow) {
        return spilled ? (await spilled).keep(follow) : keepAtOnce(facts, Buffer.concat(held), follow)
      },
      async *read(extent) {
        if (spilled) yield* (await spilled).read(extent)
        else yield Buffer.concat(held).subarray(extent?.from ?? 0, extent?.to)
      },
      async [Symbol.asyncDispose]() {
        // A file that could not be made has nothing to clear away; whoever wrote to it has heard.
        await (await spilled?.catch(() => null))?.[Symbol.asyncDispose]()
      },
    }

    async function spill(): Promise<StagedBody> {
      spilled ??= stageFile(facts, held)
      held = []
      return spilled
    }
  }

  async function keepAtOnce<Result>(
    { stream, id }: UploadFacts,
    bytes: Uint8Array,
    follow: () => Promise<Result>,
  ): Promise<Result> {
    const kept = uploadPath(workingDirectory, stream, id)
    const created = disk.run({ chain: id, kind: 'create', path: kept, bytes })
    const followed = follow()
    // When the body cannot be made, neither can what follows, and the former says why.
    followed.catch(() => undefined)
    await created.catch((error) => refuseRemoved(error, kept))
    return followed
  }

  async function stageFile(facts: UploadFacts, held: readonly Uint8Array[]): Promise<StagedBody> {
    const file = await open(join(staging, facts.id), 'wx')
    const staged = stagedFile(facts, {
      write: (bytes) => writeAll(file, bytes),
      close: () => file.close(),
    })
    for (const bytes of held) await staged.write(bytes)
    return staged
  }

  function stagedFile(facts: UploadFacts, file?: OpenFile): StagedBody {
    const body = join(staging, facts.id)
    const sidecar = `${body}.json`
    let hasSidecar = file === undefined
    let isKept = false
    return {
      facts,
      async write(bytes) {
        await file?.write(bytes)
      },
      async persistFacts() {
        hasSidecar = true
        await writeFile(`${sidecar}.part`, JSON.stringify(facts))
        await rename(`${sidecar}.part`, sidecar)
      },
      async replace(bytes) {
        const other = `${body}.other`
        try {
          await writeFile(other, bytes, { flag: 'wx' })
          await rename(other, body)
        } catch (error) {
          await rm(other, { force: true })
          throw error
        }
      },
      async keep(follow) {
        const kept = uploadPath(workingDirectory, facts.stream, facts.id)
        await rename(body, kept).catch((error) => refuseRemoved(error, kept, body))
        isKept = true
        return follow()
      },
      read: (extent) =>
        createReadStream(body, extent && { start: extent.from, end: extent.to - 1 }) as AsyncIterable<Buffer>,
      async [Symbol.asyncDispose]() {
        await file?.close()
        if (!isKept) await rm(body, { force: true })
        if (hasSidecar) await rm(sidecar, { force: true })
      },
    }
  }
}

/** A stream's folder is gone because the stream was deleted, unless more than that is gone. */
async function refuseRemoved(error: NodeJS.ErrnoException, kept: string, body?: string): Promise<never> {
  if (error.code !== 'ENOENT') throw error
  if (body) await access(body)
  await access(dirname(dirname(kept)))
  throw new Refusal('stream-unknown', 'the stream was deleted')
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) written += (await file.write(bytes, written)).bytesWritten
}

interface OpenFile {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}
