import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import { z } from 'zod'
import type { StoreInstance } from '../ports.ts'

const stored = z.object({ store: z.string(), journal: z.string() })

/**
 * Reads `store/<instance>.json`. An instance whose folder was lost gets another name, and so never continues a
 * journal whose end it does not have. Throws where the folder was filled for another store.
 */
export async function readStoreInstance(
  workingDirectory: string,
  instance: string,
  store: string,
): Promise<StoreInstance> {
  const folder = join(workingDirectory, 'store')
  const path = join(folder, `${instance}.json`)
  const known = await readFile(path, 'utf8').catch(nullIfAbsent)
  if (known === null) {
    const journal = `${instance}-${randomBytes(4).toString('hex')}`
    return {
      journal,
      isNew: true,
      async save() {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await replaceFile(path, JSON.stringify({ store, journal }), { isFlushed: true })
      },
    }
  }
  const { store: before, journal } = stored.parse(JSON.parse(known))
  if (before === store) return { journal, isNew: false, save: async () => undefined }
  throw new Error(
    `STORE: ${workingDirectory} was filled for ${before}, not for ${store}; start with that, or with an empty folder`,
  )
}
