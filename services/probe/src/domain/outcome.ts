import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import { commandFor, inputOf } from './invocation.ts'
import type { Shape } from './shape.ts'

/** How a run of ffprobe came to its end. */
export interface Answer {
  readonly ending: 'accepted' | 'rejected' | 'crashed' | 'too-long' | 'too-much'
  readonly stdout: string
  readonly stderr: string
}

const messages = {
  rejected: 'ffprobe cannot make sense of this object',
  crashed: 'ffprobe crashed on this object',
  'too-long': 'ffprobe took too long over this object and was stopped',
  'too-much': 'ffprobe had too much to say about this object and was stopped',
  'init-unknown': 'this is a media segment, and no init segment of its track has been uploaded',
  'init-unreadable': 'this is a media segment, and its init segment holds no usable moov box',
  gone: 'the uploaded bytes are no longer there',
  deadly: 'the probe ended several times while ffprobe worked on this object',
  trouble: 'the server could not run ffprobe on this object',
} as const

export type Failure = keyof typeof messages

/** ffprobe's verdict, with the object under its own path and nothing of this machine in it. */
export function outcomeOf(job: ProbeJob, shape: Shape, answer: Answer): ProbeOutcome {
  if (answer.ending !== 'accepted')
    return failed(answer.ending, job, shape, presentable(answer.stderr, shape, job.path))
  const { streams, format } = JSON.parse(answer.stdout)
  return { state: 'done', probe: { streams, format: { ...format, filename: job.path } } }
}

/** An outcome that is final although ffprobe did not decide it. */
export function failed(why: Failure, job: ProbeJob, shape: Shape = 'whole', stderr = ''): ProbeOutcome {
  return { state: 'failed', message: messages[why], stderr, command: commandFor(shape, job.path) }
}

/** ffprobe names its input at the start of a line, and prints pointers that say where its memory is. */
function presentable(stderr: string, shape: Shape, path: string): string {
  const ours = `${inputOf(shape)}: `
  const lines = stderr
    .replaceAll(/ @ 0x[0-9a-f]+\]/g, ']')
    .trimEnd()
    .split('\n')
  return lines
    .map((line) => (line.startsWith(ours) ? `${path}: ${line.slice(ours.length)}` : line))
    .join('\n')
}
