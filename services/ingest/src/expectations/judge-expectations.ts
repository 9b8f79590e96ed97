import { inPages } from '../streams/pages.ts'
import type { StreamQueries } from '../streams/ports.ts'
import type { StreamReads } from '../streams/read-streams.ts'
import type { RecordEntry } from '../streams/record-entry.ts'
import type { Expectations } from './expectations.ts'
import { nextChangeMs, noObservations, observe, type Verdict, verdictOf } from './verdict.ts'

/** All throw the refusal `stream-unknown`, and `Unavailable` while Redis does not respond. */
export interface StreamExpectations {
  /** Sets what is expected of a stream in place of what was. Durable when it resolves. */
  set(id: string, expectations: Expectations): Promise<JudgedExpectations>
  /** Null for a stream of which nothing is expected. */
  judge(id: string): Promise<JudgedExpectations | null>
}

/** What is expected of a stream, and whether it shows it at present. */
export interface JudgedExpectations {
  readonly expectations: Expectations
  readonly verdict: Verdict
  /** When the verdict may change although nothing more is received, Unix milliseconds; null for never. */
  readonly nextChangeMs: number | null
}

interface StreamExpectationsDeps {
  readonly streams: Pick<StreamReads, 'summary' | 'sessionViewsOf'>
  readonly index: Pick<StreamQueries, 'sessions'>
  readonly record: RecordEntry
  readonly newId: () => string
  readonly now: () => Date
  /** A session without a new object for this long has ended. */
  readonly idleMs: number
}

/** Sessions that are in memory together. */
const sessionsPerRead = 64

export function judgeExpectationsWith(deps: StreamExpectationsDeps): StreamExpectations {
  const { streams, index, record, newId, now, idleMs } = deps
  return { set, judge }

  async function set(id: string, expectations: Expectations): Promise<JudgedExpectations> {
    await streams.summary(id)
    const entry = { id: newId(), at: now().toISOString(), expectations }
    const { indexed } = await record(id, { kind: 'expectations-set', ...entry })
    await indexed
    return verdictOn(id, expectations)
  }

  async function judge(id: string): Promise<JudgedExpectations | null> {
    const { stream } = await streams.summary(id)
    const { expectations } = stream
    return expectations && verdictOn(id, expectations)
  }

  async function verdictOn(id: string, expectations: Expectations): Promise<JudgedExpectations> {
    let seen = noObservations
    for (const keys of inPages((await index.sessions(id)) ?? [], sessionsPerRead))
      for (const session of await streams.sessionViewsOf(id, keys))
        seen = observe(expectations, seen, session)
    const { stream, totals } = await streams.summary(id)
    const times = { createdMs: Date.parse(stream.createdAt), nowMs: now().getTime() }
    return {
      expectations,
      verdict: verdictOf(expectations, seen, totals.codes, times),
      nextChangeMs: nextChangeMs(expectations, seen, { ...times, idleMs }),
    }
  }
}
