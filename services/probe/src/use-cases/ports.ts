import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { InputKind } from '../domain/input-kind.ts'
import type { FfprobeResult } from '../domain/outcome.ts'

/**
 * The bytes of uploads, read only. Every method throws `UploadGone` when an upload's bytes no longer exist,
 * `UploadChanged` when they are not what was uploaded, and `UploadsUnavailable` when this worker cannot find out.
 */
export interface Uploads {
  inputKind(stream: string, upload: string): Promise<InputKind>
  /** The bytes up to the end of moov; null when the upload has no moov, or its moov ends after 16 MiB. */
  init(stream: string, upload: string): Promise<Buffer | null>
  sandboxDir(stream: string, upload: string, init: Buffer | null): Promise<SandboxDir>
  /** All bytes; throws for an upload of more than `maxBytes`. */
  bytes(stream: string, upload: string, maxBytes: number): Promise<Buffer>
}

/** A range of an upload's bytes. Disposal aborts what has not been read. */
interface ByteRange extends Disposable {
  /** The size of the whole upload. */
  readonly size: number
  /** SHA-256 of the whole upload, lower-case hex; null when the server has verified it. */
  readonly sha256: string | null
  readonly bytes: AsyncIterable<Buffer>
}

/**
 * Requests an upload's bytes `from` up to but not including `to`, by default up to the end. The call and the range's
 * `bytes` throw `UploadGone`, `UploadChanged`, and `UploadsUnavailable` on any other failure.
 */
export type ReadRange = (stream: string, upload: string, from: number, to?: number) => Promise<ByteRange>

/** A directory with exactly the files that one run of ffprobe may read, under fixed names. Disposal removes it. */
export interface SandboxDir extends Disposable {
  readonly directory: string
  readonly files: readonly string[]
}

/**
 * Creates a sandbox directory and calls `download` with the object's path in it. Throws what `download` throws, after
 * removing the directory.
 */
export type DownloadInto = (
  init: Buffer | null,
  download: (path: string) => Promise<void>,
) => Promise<SandboxDir>

/** Creates a sandbox directory for an object in memory. Throws the system's error, after removing the directory. */
export type SandboxOf = (object: Buffer, init: Buffer | null) => Promise<SandboxDir>

/** Runs ffprobe once. Throws when ffprobe did not start or another process killed it: the job is to be retried. */
export type Ffprobe = (sandbox: SandboxDir, kind: InputKind) => Promise<FfprobeResult>

/** Outcomes of probes. Both methods throw when Redis fails. */
export interface Outcomes {
  /** The outcome that an earlier probe of this upload has saved; null when there is none, or it is a failure. */
  findDone(job: ProbeJob): Promise<ProbeOutcome | null>
  save(job: ProbeJob, outcome: ProbeOutcome): Promise<void>
}

/** The upload's bytes no longer exist. */
export class UploadGone extends Error {
  override name = 'UploadGone' as const

  constructor(stream: string, upload: string) {
    super(`upload ${upload} of stream ${stream} is gone`)
  }
}

/** The store has other bytes than were uploaded. */
export class UploadChanged extends Error {
  override name = 'UploadChanged' as const

  constructor(stream: string, upload: string) {
    super(`the store has other bytes than were uploaded as ${upload} of stream ${stream}`)
  }
}

/** The server or store that has the uploads cannot be reached now; that says nothing about an upload. */
export class UploadsUnavailable extends Error {
  override name = 'UploadsUnavailable' as const
}
