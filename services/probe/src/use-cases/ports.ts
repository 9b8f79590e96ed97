import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { Answer } from '../domain/outcome.ts'
import type { Shape } from '../domain/shape.ts'

/** What devices sent, read only. All throw `UploadGone` where the bytes are missing. */
export interface Uploads {
  shape(stream: string, upload: string): Promise<Shape>
  /** Everything up to the end of moov; null where there is none, or it is beyond any reason. */
  init(stream: string, upload: string): Promise<Buffer | null>
  room(stream: string, upload: string, init: Buffer | null): Room
}

/** A folder with just what one run of ffprobe may read, under fixed names. Disposal removes it. */
export interface Room extends Disposable {
  readonly directory: string
  readonly files: readonly string[]
}

export type Ffprobe = (room: Room, shape: Shape) => Promise<Answer>

export interface Outcomes {
  /** What ffprobe said of it before; null where it has said nothing, or not understood it. */
  done(job: ProbeJob): Promise<ProbeOutcome | null>
  save(job: ProbeJob, outcome: ProbeOutcome): Promise<void>
}

export class UploadGone extends Error {
  override name = 'UploadGone' as const
}
