import { chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { UnusableSetting } from '@pushav/shared/settings.ts'
import { privateFolderMode } from '../../lib/disk/file-modes.ts'

/** Folders below the working directory that only this user may enter, even where the umask lets others read. */
const privateFolders = ['access', 'certs', 'inspections', 'journals', 'staging', 'streams']
const enterByGroup = 0o010

/**
 * Sets this process's umask, and closes the folders of a working directory that an older version left open. The umask
 * decides who else may read the uploads: with 077 no other user, with 027 the group, such as a probe worker that runs
 * as a user of its own. A folder whose mode cannot be changed stays as it is, with a warning. Throws an
 * `UnusableSetting` where the working directory cannot be made.
 */
export async function restrictFiles(workingDirectory: string, umask: number, log: Logger): Promise<void> {
  process.umask(umask)
  await mkdir(workingDirectory, { recursive: true }).catch((cause) => {
    throw new UnusableSetting(`WORKING_DIRECTORY: ${workingDirectory} cannot be made (${errorCode(cause)})`, {
      cause,
    })
  })
  const uploadsMode = 0o777 & ~umask
  await restrict(join(workingDirectory, 'uploads'), uploadsMode)
  for (const folder of privateFolders) await restrict(join(workingDirectory, folder), privateFolderMode)
  if ((uploadsMode & enterByGroup) !== 0) await letGroupEnter(workingDirectory)

  async function restrict(folder: string, mode: number): Promise<void> {
    await mkdir(folder, { mode }).catch((error) => {
      if (errorCode(error) !== 'EEXIST') throw error
    })
    await changeMode(folder, () => mode)
  }

  /** The working directory may be a folder of the user's own, so nothing is taken away from its mode. */
  async function letGroupEnter(folder: string): Promise<void> {
    await changeMode(folder, (mode) => mode | enterByGroup)
  }

  async function changeMode(folder: string, modeFor: (mode: number) => number): Promise<void> {
    const mode = (await stat(folder)).mode & 0o777
    const wanted = modeFor(mode)
    if (mode === wanted) return
    const found = mode.toString(8)
    try {
      await chmod(folder, wanted)
      log.info({ folder, found, mode: wanted.toString(8) }, 'mode of a folder changed')
    } catch (error) {
      log.warn({ folder, found, error }, 'a folder is open to other users and could not be closed')
    }
  }
}
