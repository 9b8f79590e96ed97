import { Refusal } from '../lib/refusal.ts'
import type { Journals } from '../uploads/ports.ts'
import { addCounts, type FindingCounts, noCounts, type ReportRow, reportOf } from '../validation/report.ts'
import { assertStream, unknownStream } from './assert-stream.ts'
import { inPages } from './pages.ts'
import type { StreamQueries } from './ports.ts'

/** Reports on one session, or on all of them. An unknown session throws the refusal `object-unknown`. */
export interface SessionReports {
  /** Every rule and its result, over all sessions together when `session` is null. */
  report(id: string, session: string | null): Promise<readonly ReportRow[]>
  /** Every rule and its result in each session. */
  reportEach(id: string, session: string | null): Promise<EachReport>
}

/** Reports on sessions one after the other, of which only one is held. Each call reads them anew. */
export interface EachReport {
  rows(): AsyncIterable<readonly ReportRow[]>
  /** The rows of each session, with examples. */
  reports(): AsyncIterable<SessionReport>
}

/** The rules' results in one session; in all uploads that belong to no session when that is null. */
export interface SessionReport {
  readonly session: string | null
  readonly rules: readonly ExplainedRow[]
}

/** A rule with the first uploads that violate it. */
export interface ExplainedRow extends ReportRow {
  readonly examples: readonly Example[]
}

interface Example {
  readonly upload: string
  readonly path: string
  readonly message: string
}

export interface SessionReportsDeps {
  readonly journals: Pick<Journals, 'has'>
  readonly index: Pick<StreamQueries, 'sessions' | 'tallies' | 'upload'>
}

/** Sessions whose counts are in memory together. */
const sessionsPerRead = 64

export function reportSessionsWith({ journals, index }: SessionReportsDeps): SessionReports {
  return { report, reportEach }

  async function report(id: string, session: string | null): Promise<readonly ReportRow[]> {
    const sessions = await sessionsOf(id, session)
    return reportOf(await countsOf(id, session === null ? [null, ...sessions] : sessions))
  }

  async function reportEach(id: string, session: string | null): Promise<EachReport> {
    const sessions = await sessionsOf(id, session)
    return {
      async *rows() {
        for await (const { rows } of each()) yield rows
      },
      async *reports() {
        for await (const { key, rows } of each())
          yield { session: key, rules: await Promise.all(rows.map((row) => explain(id, row))) }
      },
    }

    async function* each() {
      if (session === null) {
        const rows = await rowsOf(id, null)
        if (sessions.length === 0 || rows.some(isExercised)) yield { key: null, rows }
      }
      for (const key of sessions) yield { key, rows: await rowsOf(id, key) }
    }
  }

  /** All sessions of a stream, or the wanted one if it exists. */
  async function sessionsOf(id: string, wanted: string | null): Promise<readonly string[]> {
    await assertStream(journals, id)
    const sessions = await index.sessions(id)
    if (!sessions) throw unknownStream(id)
    if (wanted === null) return sessions
    if (sessions.includes(wanted)) return [wanted]
    throw new Refusal('object-unknown', `stream ${id} has no session ${wanted}`)
  }

  async function rowsOf(id: string, session: string | null): Promise<readonly ReportRow[]> {
    return reportOf(await countsOf(id, [session]))
  }

  /** What some sessions have together, however many there are. */
  async function countsOf(id: string, sessions: readonly (string | null)[]): Promise<FindingCounts> {
    let counts = noCounts
    for (const some of inPages(sessions, sessionsPerRead))
      counts = (await index.tallies(id, some)).reduce(addCounts, counts)
    return counts
  }

  async function explain(id: string, row: ReportRow): Promise<ExplainedRow> {
    const uploads = await Promise.all(row.uploads.map((upload) => index.upload(id, upload)))
    const examples = uploads.flatMap((judged) => {
      const finding = judged?.findings.find(({ code }) => code === row.code)
      if (!judged || !finding) return []
      return [{ upload: judged.upload.id, path: judged.upload.path, message: finding.message }]
    })
    return { ...row, examples }
  }
}

const isExercised = ({ result }: ReportRow): boolean => result !== 'not-exercised'
