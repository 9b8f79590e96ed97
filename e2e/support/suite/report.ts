import { until } from '@pushav/shared/testing/until.ts'
import { curl } from '../../clients/curl.ts'
import type { Standalone } from '../../server/standalone.ts'
import type { Requests } from '../devices/ffmpeg.ts'

/** A rule in the report. */
export interface Row {
  readonly code: string
  readonly severity: string
  readonly result: 'met' | 'violated' | 'not-exercised'
  readonly count: number
  readonly uploads: readonly string[]
}

/** One upload in the wire log. */
export interface LoggedUpload {
  readonly id: string
  readonly path: string
  readonly whole: boolean
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly message: string }[]
}

/** The rules that a session, or all sessions of a stream, violate. */
export async function violations(
  server: Standalone,
  stream: string,
  session?: string,
): Promise<readonly Row[]> {
  const query = session === undefined ? '' : `?session=${session}`
  const { json } = await curl(server, `/streams/${stream}/report${query}`)
  return json.rules.filter(({ result }: Row) => result === 'violated')
}

export const codesOf = (rows: readonly Row[]): readonly string[] => rows.map(({ code }) => code).sort()

export async function logOf(server: Standalone, stream: string): Promise<readonly LoggedUpload[]> {
  return (await curl(server, `/streams/${stream}/uploads?limit=1000`)).json.uploads
}

/** ffmpeg resets its connections at exit, and the kernel may then drop the last manifest of each. */
const maxLost = 4

/** Waits until the server has judged all that a client says it has sent. */
export async function untilValidated(
  server: Standalone,
  stream: string,
  made: Requests | null,
): Promise<void> {
  if (made === null) return
  const has = async (count: number) => (await logOf(server, stream)).length >= count
  const { length } = made.uploads
  await until('all uploads', () => has(length), 5_000).catch(() =>
    until(`all but ${maxLost}`, () => has(length - maxLost), 5_000),
  )
}
