import { type ReportRow, reportOf } from '../validation/report.ts'
import type { StreamQueries } from './ports.ts'

/** How the rules fared in one session; in what belongs to no session, where that is null. */
export interface SessionReport {
  readonly session: string | null
  readonly rules: readonly ExplainedRow[]
}

/** A rule and, where it is violated, what was found in the first uploads that violate it. */
export interface ExplainedRow extends ReportRow {
  readonly examples: readonly Example[]
}

export interface Example {
  readonly upload: string
  readonly path: string
  readonly message: string
}

/** Reports of several sessions, one after the other: only one is held. Each call reads them anew. */
export interface SessionReports {
  /** The rules of each session alone, without examples. */
  rows(): AsyncIterable<readonly ReportRow[]>
  reports(): AsyncIterable<SessionReport>
}

/** Some sessions of a stream; unless `only` they are wanted, what belongs to none comes first. */
export function readSessionReports(
  index: Pick<StreamQueries, 'tallies' | 'upload'>,
  id: string,
  sessions: readonly string[],
  only: boolean,
): SessionReports {
  return {
    async *rows() {
      for await (const { rules } of wanted()) yield rules
    },
    async *reports() {
      for await (const { session, rules } of wanted())
        yield { session, rules: await Promise.all(rules.map(explained)) }
    },
  }

  async function* wanted() {
    if (!only) {
      const rules = await rowsOf(null)
      if (sessions.length === 0 || rules.some(isExercised)) yield { session: null, rules }
    }
    for (const session of sessions) yield { session, rules: await rowsOf(session) }
  }

  async function rowsOf(session: string | null): Promise<readonly ReportRow[]> {
    const [tally] = await index.tallies(id, session)
    return reportOf(tally ? [tally] : [])
  }

  async function explained(row: ReportRow): Promise<ExplainedRow> {
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
