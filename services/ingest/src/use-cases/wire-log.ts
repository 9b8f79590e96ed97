import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { JudgedUpload } from '../domain/fold.ts'
import type { Severity } from '../domain/judge/catalogue.ts'
import type { Index, Probes } from './ports.ts'
import type { Streams } from './streams.ts'

/** Uploads in arrival order, some at a time. */
export type ReadLog = (stream: string, wish: LogWish) => Promise<LogPage>

export interface LogWish {
  readonly cursor: number
  readonly limit: number
  /** Null: all of them. */
  readonly session: string | null
  readonly track: string | null
  /** Only uploads with a finding of this severity. */
  readonly severity: Severity | null
}

export interface LogPage {
  readonly lines: readonly LogLine[]
  /** Null at the end. A page may be short, or empty, with more to come: a search goes through so much at a time. */
  readonly next: number | null
}

export interface LogLine extends JudgedUpload {
  /** `pending` until a worker was there; null for a body that was cut off, which is not probed. */
  readonly probe: ProbeOutcome['state'] | 'pending' | null
}

const mostSearched = 5_000

export function readLogWith(
  streams: Pick<Streams, 'assertExists'>,
  index: Pick<Index, 'log'>,
  probes: Pick<Probes, 'states'>,
): ReadLog {
  return async function readLog(stream, wish) {
    await streams.assertExists(stream)
    const { found, next } = await search(stream, wish)
    const states = await probes.states(
      stream,
      found.map(({ upload }) => upload.id),
    )
    const lines = found.map((judged, i) => ({ ...judged, probe: probeOf(judged, states[i] ?? null) }))
    return { lines, next }
  }

  async function search(stream: string, wish: LogWish) {
    const found: JudgedUpload[] = []
    const isWanted = wantedBy(wish)
    let next: number | null = wish.cursor
    while (next !== null && found.length < wish.limit && next < wish.cursor + mostSearched) {
      const from: number = next
      const page = await index.log(stream, from, Math.min(wish.limit, 1_000))
      next = page.next
      for (const [i, judged] of page.uploads.entries()) {
        if (isWanted(judged)) found.push(judged)
        if (found.length < wish.limit) continue
        next = next === null && i === page.uploads.length - 1 ? null : from + i + 1
        break
      }
    }
    return { found, next }
  }
}

function wantedBy({ session, track, severity }: LogWish) {
  return (judged: JudgedUpload): boolean =>
    (session === null || judged.session === session) &&
    (track === null || judged.track === track) &&
    (severity === null || judged.findings.some((finding) => finding.severity === severity))
}

function probeOf({ upload }: JudgedUpload, state: ProbeOutcome['state'] | null): LogLine['probe'] {
  return upload.whole ? (state ?? 'pending') : null
}
