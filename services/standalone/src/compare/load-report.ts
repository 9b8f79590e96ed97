import { readFile } from 'node:fs/promises'
import { reportResponse } from '@pushav/shared/api/streams.ts'
import type { ComparedReport } from '@pushav/shared/compare/compare-reports.ts'
import { parseJson } from '../command-line/parse-json.ts'
import type { PathOf } from '../command-line/run-command.ts'
import { detailOf, type ServerClient } from '../command-line/server-client.ts'
import type { ComparedSide } from './compare-options.ts'

/** Long, because the server reads a stream from its first upload on. */
const timeoutMs = 300_000

/**
 * Reads the report of one side from a file or from the server. Throws `Unreachable`, or an error whose message says in
 * one sentence what is wrong.
 */
export async function loadReport(
  side: ComparedSide,
  client: ServerClient | null,
  pathOf: PathOf,
): Promise<ComparedReport> {
  if (side.kind === 'file')
    return parse(side.path, parseJson(side.path, await readFile(pathOf(side.path), 'utf8')))
  if (!client) throw new Error('--url must name the server')
  const session = side.session === null ? '' : `&session=${encodeURIComponent(side.session)}`
  const path = `/streams/${side.stream}/report?metrics=true${session}`
  const response = await client.send('GET', path, timeoutMs)
  if (response.status === 200) return parse('the response of the server', response.json)
  throw new Error(detailOf(response))
}

function parse(name: string, json: unknown): ComparedReport {
  const { data, error } = reportResponse.safeParse(json)
  if (data) return data
  const at = error.issues[0]?.path.join('.')
  throw new Error(`${name} is no report of push-av-server${at ? `: ${at} is not as expected` : ''}`)
}
