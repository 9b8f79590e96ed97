import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import { z } from 'zod'
import { privateFolderMode } from '../../lib/disk/file-modes.ts'
import type { BrowserSession, SessionFiles } from '../ports.ts'

const stored = z.object({
  hash: z.string(),
  role: z.enum(['viewer', 'admin']),
  name: z.string().nullable(),
  createdAt: z.string(),
  expiresAt: z.string(),
})

/** `access/sessions/<hash>.json`. */
export async function diskSessionFiles(workingDirectory: string): Promise<SessionFiles> {
  const root = join(workingDirectory, 'access', 'sessions')
  await mkdir(root, { recursive: true, mode: privateFolderMode })
  const fileOf = (hash: string) => join(root, `${hash}.json`)
  return {
    read,
    write: (session) => replaceFile(fileOf(session.hash), JSON.stringify(session)),
    async list() {
      const hashes = (await readdir(root)).flatMap((name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? [])
      const found: BrowserSession[] = []
      // One at a time, because a process may have few files open.
      for (const hash of hashes) {
        const session = await read(hash)
        if (session) found.push(session)
      }
      return found
    },
    remove: (hash) => rm(fileOf(hash), { force: true }),
  }

  async function read(hash: string) {
    const text = await readFile(fileOf(hash), 'utf8').catch(nullIfAbsent)
    return text === null ? null : stored.parse(JSON.parse(text))
  }
}
