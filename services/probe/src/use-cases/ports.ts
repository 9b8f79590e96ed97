import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { Answer } from '../domain/outcome.ts'
import type { Shape } from '../domain/shape.ts'

/** What devices sent, read only. All throw `UploadGone` where the bytes are missing, `OutOfReach` where nobody can tell. */
export interface Uploads {
  shape(stream: string, upload: string): Promise<Shape>
  /** Everything up to the end of moov; null where there is none, or it is beyond any reason. */
  init(stream: string, upload: string): Promise<Buffer | null>
  room(stream: string, upload: string, init: Buffer | null): Promise<Room>
}

/** A folder with just what one run of ffprobe may read, under fixed names. Disposal removes it. */
export interface Room extends Disposable {
  readonly directory: string
  readonly files: readonly string[]
}

/** Makes a room and has the object brought to its path there; nothing is left where that fails. */
export type FurnishRoom = (init: Buffer | null, bring: (path: string) => Promise<void>) => Promise<Room>

export type Ffprobe = (room: Room, shape: Shape) => Promise<Answer>

export interface Outcomes {
  /** What ffprobe said of it before; null where it has said nothing, or not understood it. */
  done(job: ProbeJob): Promise<ProbeOutcome | null>
  save(job: ProbeJob, outcome: ProbeOutcome): Promise<void>
}

export class UploadGone extends Error {
  override name = 'UploadGone' as const

  constructor(stream: string, upload: string) {
    super(`upload ${upload} of stream ${stream} is gone`)
  }
}

/** What keeps the uploads cannot be asked now; that says nothing about any of them. */
export class OutOfReach extends Error {
  override name = 'OutOfReach' as const
}
