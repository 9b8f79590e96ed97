import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { curl } from '../clients/curl.ts'
import type { Standalone } from './standalone.ts'

/** One upload in the journal. */
export interface JournalLine {
  readonly id: string
  readonly path: string
  readonly method: string
  readonly bytes: number
  readonly sha256: string
  readonly whole: boolean
  readonly kind: string
  /** The long request that the upload is a part of, and its first byte there. */
  readonly part?: { readonly of: string; readonly from: number }
  readonly sender: {
    readonly httpVersion: string
    readonly tlsVersion: string
    readonly headers: readonly string[]
    readonly device: { readonly subject: string } | null
  }
}

/** A stream's journal: uploads, deletions and removals in order. */
export interface Journal {
  readonly uploads: readonly JournalLine[]
  /** Paths of deleted objects. */
  readonly deletions: readonly string[]
  /** Removals by retention. */
  readonly removals: readonly JournalRemoval[]
}

/** Uploads of one session, or of none, that retention has removed. */
export interface JournalRemoval {
  /** ISO 8601. */
  readonly at: string
  readonly session: string | null
  /** Ids of the uploads. */
  readonly uploads: readonly string[]
}

export const sha256Of = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

export async function readJournal({ workingDirectory }: Standalone, stream: string): Promise<Journal> {
  const folder = join(workingDirectory, 'journals', stream)
  const files = await readdir(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  // Drops the last line if the server is writing it.
  const lines = texts.flatMap((text) => text.slice(0, text.lastIndexOf('\n') + 1).split('\n'))
  const entries = lines.filter((line) => line !== '').map((line) => JSON.parse(line))
  return {
    uploads: entries.filter(({ kind }) => kind === 'upload').map(({ upload }) => upload),
    deletions: entries.filter(({ kind }) => kind === 'object-deleted').map(({ path }) => path),
    removals: entries.filter(({ kind }) => kind === 'uploads-removed'),
  }
}

/** The body of an upload, from the working directory. */
export const readBody = (server: Standalone, stream: string, upload: string): Promise<Buffer> =>
  readFile(join(server.workingDirectory, 'uploads', stream, upload))

/** Waits for the probe of an object and returns its result. */
export function probed(server: Standalone, stream: string, path: string) {
  return until(`probe of ${path}`, async () => {
    const response = await curl(server, `/probe/${stream}/${encodeURI(path)}`)
    return response.status === 202 ? null : response
  })
}
