import type { StreamQueries } from '../../streams/ports.ts'
import type { LocalUploads } from '../ports.ts'
import {
  type BodyLocation,
  type StagedUpload,
  type UploadFacts,
  UploadGone,
  type UploadStore,
} from '../ports.ts'
import type { Upload } from '../upload.ts'
import { gatherBodies } from './bodies/gather-bodies.ts'
import type { StoreBodies } from './bodies/store-bodies.ts'
import { type StoreProgress, whileProgress } from './bodies/store-progress.ts'
import { type StreamedBody, streamBody } from './bodies/stream-body.ts'
import { inTime } from './object-store.ts'
import { findBodyWith } from './reading/find-body.ts'
import type { Shipper } from './shipper.ts'

/** A larger body is read where it is, in the extents that a client asks for, and is not copied to this disk. */
const maxCopiedBytes = 8_388_608

export interface S3UploadStoreDeps {
  readonly local: LocalUploads
  readonly storedBodies: StoreBodies
  readonly index: Pick<StreamQueries, 'upload'>
  readonly shipper: Pick<Shipper, 'touch' | 'flush' | 'stored'>
  /** Whether body and journal line have to be in the store before the promise of a commit resolves. */
  readonly waits: boolean
  readonly shipWithinMs: number
  readonly maxWaitMs: number
  readonly nowMs: () => number
}

/** Bodies of all machines: those on this disk are read there, the others in the store. */
export function s3UploadStore(deps: S3UploadStoreDeps): UploadStore {
  const { local, storedBodies, shipper, waits, maxWaitMs } = deps
  const gathering = gatherBodies(storedBodies)
  const { find, describe } = findBodyWith(deps)
  const progress: StoreProgress = { parts: 0 }
  const fetching = new Map<string, Promise<void>>()
  return {
    stage: waits ? (facts) => streamed(facts, local.stage(facts)) : local.stage,
    leftBehind: waits ? leftBehind : local.leftBehind,
    commit: waits ? commitToStore : commitHere,
    read,
    async fileOf(stream, upload) {
      if (!(await local.use(stream, upload))) await fetchOnce(stream, upload)
      return local.fileOf(stream, upload)
    },
    locate,
    async removeUploads(stream, uploads) {
      await storedBodies.remove(stream, uploads)
      await local.removeUploads(stream, uploads)
    },
    async removeStream(stream) {
      await local.removeStream(stream)
      await storedBodies.removeStream(stream)
    },
  }

  async function commitHere(stream: string, upload: Upload, bytes: StagedUpload | Uint8Array): Promise<void> {
    await local.commit(stream, upload, bytes, { link: false })
    shipper.touch(stream)
  }

  function streamed({ stream, id }: UploadFacts, staged: StagedUpload): StreamedBody {
    return streamBody(staged, {
      begin: () => storedBodies.begin(stream, id),
      putDigest: (sha256) => storedBodies.putDigest(stream, id, sha256),
      progress,
      maxWaitMs,
    })
  }

  async function* leftBehind(instance: string): AsyncGenerator<StagedUpload> {
    for await (const staged of local.leftBehind(instance)) {
      const { stream, id } = staged.facts
      // The sweep aborts what cannot be aborted now.
      await storedBodies.abortBegun(stream, id).catch(() => undefined)
      yield staged
    }
  }

  /**
   * Puts the body first: where the store does not take it, nothing of the upload stays anywhere. A line that is written on
   * this disk stays, and is shipped later where the store becomes unreachable between the two.
   */
  async function commitToStore(
    stream: string,
    upload: Upload,
    bytes: StagedUpload | Uint8Array,
  ): Promise<void> {
    const { id } = upload
    const put = putBody(stream, upload, bytes)
    try {
      await (isStreamed(bytes) ? whileProgress(progress, maxWaitMs, put) : inTime(maxWaitMs, put))
      await local.commit(stream, upload, isStreamed(bytes) ? bytes.local : bytes, { link: false })
    } catch (error) {
      // No line names it.
      void put.then(() => gathering.discard(stream, id)).catch(() => undefined)
      throw error
    }
    shipper.stored(upload.id)
    await shipper.flush(stream)
  }

  /** A large body is there already, but for its end. */
  async function putBody(
    stream: string,
    { id, bytes: size, sha256 }: Upload,
    bytes: StagedUpload | Uint8Array,
  ): Promise<void> {
    if (isStreamed(bytes) && (await bytes.finish(sha256))) return
    const read = bytes instanceof Uint8Array ? () => [bytes] : () => bytes.read()
    await gathering.put(stream, { upload: id, bytes: size, sha256, read })
  }

  async function* read(stream: string, upload: string): AsyncGenerator<Buffer> {
    try {
      return yield* local.read(stream, upload)
    } catch (error) {
      if (!(error instanceof UploadGone)) throw error
    }
    const found = await find(stream, upload)
    if (!found) throw new UploadGone(`the bytes of ${upload} are gone`)
    yield* found.bytes
  }

  async function locate(stream: string, upload: string): Promise<BodyLocation> {
    if (!(await local.use(stream, upload))) {
      const remote = await describe(stream, upload)
      if (remote && remote.bytes > maxCopiedBytes) return remote
      if (remote) await fetchOnce(stream, upload)
    }
    return local.locate(stream, upload)
  }

  /** Copies a body from the store to this disk; callers of one moment share the copy. */
  async function fetchOnce(stream: string, upload: string): Promise<void> {
    const key = `${stream}/${upload}`
    const pending = fetching.get(key) ?? fetch(stream, upload).finally(() => fetching.delete(key))
    fetching.set(key, pending)
    await pending
  }

  async function fetch(stream: string, upload: string): Promise<void> {
    const found = await find(stream, upload)
    if (found) await local.place(stream, upload, found.bytes)
  }
}

const isStreamed = (bytes: StagedUpload | Uint8Array): bytes is StreamedBody => 'finish' in bytes
