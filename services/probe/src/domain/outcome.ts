import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { InputKind } from './input-kind.ts'
import { commandFor, inputOf } from './invocation.ts'

/** How one run of ffprobe ended, and what it wrote. */
export interface FfprobeResult {
  readonly ending: 'accepted' | 'rejected' | 'crashed' | 'timeout' | 'output-limit'
  readonly stdout: string
  readonly stderr: string
}

const messages = {
  rejected: 'ffprobe cannot make sense of this object',
  crashed: 'ffprobe crashed on this object',
  timeout: 'ffprobe took too long over this object and was stopped',
  'output-limit': 'ffprobe produced too much output for this object and was stopped',
  'init-unknown': 'this is a media segment, and no init segment of its track has been uploaded',
  'init-unreadable': 'this is a media segment, and its init segment holds no usable moov box',
  'key-unknown': 'this media is sealed, and this probe worker began after its key was given: give it again',
  sealed: 'this media is sealed, and the key does not open it',
  changed: 'the object store has other bytes than were uploaded',
  gone: 'the uploaded bytes are no longer there',
  'worker-deaths': 'the probe worker was killed several times while ffprobe worked on this object',
  'internal-error': 'the server could not run ffprobe on this object',
} as const

type FailureReason = keyof typeof messages

/** The outcome of a run. It names the object by its own path and shows no path and no address of this machine. */
export function outcomeOf(job: ProbeJob, kind: InputKind, result: FfprobeResult): ProbeOutcome {
  if (result.ending !== 'accepted')
    return failedOutcome(result.ending, job, kind, publicStderr(result.stderr, kind, job.path))
  const { streams, format } = JSON.parse(result.stdout)
  return { state: 'done', probe: { streams, format: { ...format, filename: job.path } } }
}

/** A final outcome without ffprobe's own result. */
export function failedOutcome(
  reason: FailureReason,
  job: ProbeJob,
  kind: InputKind = 'whole',
  stderr = '',
): ProbeOutcome {
  return { state: 'failed', message: messages[reason], stderr, command: commandFor(kind, job.path) }
}

/** Messages of ffprobe with the object's path in place of the input's name, and without pointers into its memory. */
function publicStderr(stderr: string, kind: InputKind, path: string): string {
  const inputPrefix = `${inputOf(kind)}: `
  const lines = stderr
    .replaceAll(/ @ 0x[0-9a-f]+\]/g, ']')
    .trimEnd()
    .split('\n')
  return lines
    .map((line) => (line.startsWith(inputPrefix) ? `${path}: ${line.slice(inputPrefix.length)}` : line))
    .join('\n')
}
