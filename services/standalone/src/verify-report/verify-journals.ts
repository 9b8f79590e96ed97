import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename, join } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import type { FiledReport } from './verify-export.ts'

/** A sentence for each journal of a working directory that does not begin with the journal that the report names. */
export async function verifyJournals(report: FiledReport, directory: string): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const { name, bytes, sha256 } of report.evidence.journals) {
    const path = join(directory, 'journals', String(report.stream_id), basename(name))
    if ((await digestOf(path, bytes)) !== sha256) wrong.push(`the journal ${path} was changed, or is missing`)
  }
  return wrong
}

/** SHA-256 of the first `bytes` bytes of a file, in hex; null when there is no such file. */
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
