import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import type { JudgedUpload } from '../judged-upload.ts'

/** A segment that came before its init segment: its probe fails, and is repeated once that one has come. */
export interface WaitingProbe {
  readonly upload: string
  readonly path: string
  readonly session: string | null
  readonly track: string | null
}

/** How many probes of one stream wait, the newest of them, and how long their paths and tracks may be together. */
const maxWaiting = 16
const maxCharacters = 4_096

/** The probes that wait with one more; the oldest make room for it. */
export function withWaitingProbe(
  waiting: readonly WaitingProbe[],
  { upload: { id: upload, path }, session, track }: Pick<JudgedUpload, 'upload' | 'session' | 'track'>,
): readonly WaitingProbe[] {
  const next = [...waiting, { upload, path, session, track }].slice(-maxWaiting)
  const sizeOf = (one: WaitingProbe) => one.path.length + (one.track?.length ?? 0)
  while (next.reduce((sum, one) => sum + sizeOf(one), 0) > maxCharacters) next.shift()
  return next
}

/** Whether an upload may be, or may tell, the init segment that one of the probes waits for. */
export const mayEndWaiting = (
  waiting: readonly WaitingProbe[],
  { upload, session, track }: Pick<JudgedUpload, 'upload' | 'session' | 'track'>,
): boolean => upload.kind === 'init' || waiting.some((one) => one.track === track && one.session === session)

/** The probes to repeat, as jobs, and those that wait on. `initOf` returns null while there is no init segment. */
export function endWaiting(
  stream: string,
  waiting: readonly WaitingProbe[],
  initOf: (waiting: WaitingProbe) => string | null,
): { readonly jobs: readonly ProbeJob[]; readonly left: readonly WaitingProbe[] } {
  const jobs: ProbeJob[] = []
  const left = waiting.filter((one) => {
    const init = initOf(one)
    if (init !== null) jobs.push({ stream, upload: one.upload, path: one.path, init })
    return init === null
  })
  return { jobs, left }
}
