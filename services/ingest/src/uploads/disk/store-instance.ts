import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import { z } from 'zod'
import { privateFolderMode } from '../../lib/disk/file-modes.ts'
import { runOfMachine } from '../../lib/disk/run-of-machine.ts'
import type { StoreInstance } from '../ports.ts'

const stored = z.object({ store: z.string(), journal: z.string() })

/**
 * Reads `store/<instance>.json`. An instance never continues a journal whose end its disk may not have, and takes another
 * name instead: where the folder was lost, where `journals/` was emptied, which its mark `journals/<instance>.store`
 * shows, and after each start of the machine, for a loss of power may have taken the last lines. Throws where the folder
 * was filled for another store.
 */
export async function readStoreInstance(
  workingDirectory: string,
  instance: string,
  store: string,
): Promise<StoreInstance> {
  const folder = join(workingDirectory, 'store')
  const path = join(folder, `${instance}.json`)
  const markPath = join(workingDirectory, 'journals', `${instance}.store`)
  const markOf = async (journal: string) => `${journal} ${await runOfMachine()}\n`
  const text = await readFile(path, 'utf8').catch(nullIfAbsent)
  const known = text === null ? null : stored.parse(JSON.parse(text))
  if (known && known.store !== store)
    throw new Error(
      `STORE: ${workingDirectory} was filled for ${known.store}, not for ${store}; start with that, or with an empty folder`,
    )
  const mark = await readFile(markPath, 'utf8').catch(nullIfAbsent)
  if (known && mark === (await markOf(known.journal)))
    return { journal: known.journal, isNew: false, save: async () => undefined }
  const journal = `${instance}-${randomBytes(4).toString('hex')}`
  return {
    journal,
    isNew: known === null,
    async save() {
      await mkdir(folder, { recursive: true, mode: privateFolderMode })
      await replaceFile(path, JSON.stringify({ store, journal }), { isFlushed: true })
      await replaceFile(markPath, await markOf(journal), { isFlushed: true })
    },
  }
}
