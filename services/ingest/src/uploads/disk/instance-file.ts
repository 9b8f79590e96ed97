import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import { z } from 'zod'

const stored = z.object({ store: z.string(), journal: z.string() })

/**
 * The name under which an instance writes journals to a store, made once and kept in `instances/<instance>.json`. A folder
 * that was lost takes its name along: the same instance on a new disk gets another one, and never continues a journal
 * whose end it does not have. Throws where the folder was filled for another store.
 */
export async function journalNameFor(
  workingDirectory: string,
  instance: string,
  store: string,
): Promise<string> {
  const folder = join(workingDirectory, 'instances')
  const path = join(folder, `${instance}.json`)
  const known = await readIfThere(path)
  if (known) {
    const { store: before, journal } = stored.parse(JSON.parse(known))
    if (before === store) return journal
    throw new Error(
      `STORE: ${workingDirectory} was filled for ${before}, not for ${store}; start with that, or with an empty folder`,
    )
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const journal = `${instance}-${randomBytes(4).toString('hex')}`
  await replaceFile(path, JSON.stringify({ store, journal }), { isFlushed: true })
  return journal
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}
