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

/** Some sessions of a stream one by one; unless `only` they are wanted, what belongs to none comes first. */
export async function readSessionReport(
  index: Pick<StreamQueries, 'tallies' | 'upload'>,
  id: string,
  sessions: readonly string[],
  only: boolean,
): Promise<readonly SessionReport[]> {
  if (only) return Promise.all(sessions.map(reportOne))
  const reports = await Promise.all([null, ...sessions].map(reportOne))
  const [outside, ...within] = reports
  return outside && (within.length === 0 || outside.rules.some(isExercised)) ? reports : within

  async function reportOne(session: string | null): Promise<SessionReport> {
    const [tally] = await index.tallies(id, session)
    const rows = reportOf(tally ? [tally] : [])
    return { session, rules: await Promise.all(rows.map(explained)) }
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
