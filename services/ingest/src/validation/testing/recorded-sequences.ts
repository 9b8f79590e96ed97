import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { IngestInterface } from '../../streams/stream.ts'

/** One upload of a recorded sequence, and what the reference server of the Matter SDK said to it. */
export interface RecordedStep {
  readonly path: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** The codes of this server for the sentences of the reference. */
  readonly reference: readonly string[]
  /** The session that the reference put the upload into; null for none. */
  readonly session: number | null
}

export interface RecordedSequence {
  readonly name: string
  readonly interface: IngestInterface
  /** Track names that the stream expects. */
  readonly expected: readonly string[] | null
  readonly steps: readonly RecordedStep[]
  /** What the reference kept in the end: its sessions, and the state of the last. */
  readonly end: {
    readonly sessions: number
    readonly complete: boolean
    /** State and count of segments, by name. */
    readonly tracks: Readonly<Record<string, readonly [state: string, segments: number]>>
  }
}

interface Recording {
  readonly bodies: readonly string[]
  readonly sequences: readonly (Omit<RecordedSequence, 'steps'> & {
    readonly steps: readonly (Omit<RecordedStep, 'body' | 'headers'> & {
      readonly body: number
      readonly headers?: RecordedStep['headers']
    })[]
  })[]
}

/** 125 sequences of uploads, flawless ones and such with changes, as the reference judged them. */
export function readRecordedSequences(): readonly RecordedSequence[] {
  const file = join(import.meta.dirname, 'recorded-sequences.json.gz')
  const { bodies, sequences } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Recording
  return sequences.map((sequence) => ({
    ...sequence,
    steps: sequence.steps.map((step) => ({
      ...step,
      headers: step.headers ?? {},
      body: bodies[step.body] ?? '',
    })),
  }))
}
