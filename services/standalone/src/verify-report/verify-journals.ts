import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename, join } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import type { FiledReport } from './verify-export.ts'

/** Which journals of a working directory do not begin with those of a report, in sentences. */
export async function verifyJournals(report: FiledReport, directory: string): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const { name, bytes, sha256 } of report.evidence.journals) {
    const path = join(directory, 'journals', String(report.stream_id), basename(name))
    if ((await digestOf(path, bytes)) !== sha256) wrong.push(`the journal ${path} was changed, or is missing`)
  }
  return wrong
}

/** Of the first bytes; null where the file cannot be found. */
async function digestOf(path: string, bytes: number): Promise<string | null> {
  const hash = createHash('sha256')
  if (bytes === 0) return hash.digest('hex')
  try {
    for await (const part of createReadStream(path, { end: bytes - 1 })) hash.update(part)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
  return hash.digest('hex')
}
