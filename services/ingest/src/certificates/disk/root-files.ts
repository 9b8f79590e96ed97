import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { privateFileMode, privateFolderMode, publicFileMode } from '../../lib/disk/file-modes.ts'
import type { Hierarchy, Pair } from '../certificate.ts'
import { readIfExists } from './staged-file.ts'

/**
 * A CA's root and key. They are made once, both or neither, and never written again. Throws when one of the two is
 * missing.
 */
export async function openRootFiles(
  workingDirectory: string,
  hierarchy: Hierarchy | 'intermediate',
  create: () => Promise<Pair>,
  log: Logger,
): Promise<Pair> {
  const certs = join(workingDirectory, 'certs')
  const directory = join(certs, hierarchy)
  await mkdir(certs, { recursive: true, mode: privateFolderMode })
  const files = await readdir(directory).catch(nullIfAbsent)
  if (!files?.length) await makeDirectory(certs, directory, await create())
  const pair = await readRoot(directory)
  await tighten(join(directory, 'root.key'), log)
  return pair
}

/** One rename creates both files. When another process was faster, its root stays and this one is discarded. */
async function makeDirectory(certs: string, directory: string, root: Pair): Promise<void> {
  const staging = await mkdtemp(join(certs, '.new-'))
  try {
    await writeFile(join(staging, 'root.pem'), root.certificate, { mode: publicFileMode, flush: true })
    await writeFile(join(staging, 'root.key'), root.key, { mode: privateFileMode, flush: true })
    await rename(staging, directory)
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error
  }
}

async function readRoot(directory: string): Promise<Pair> {
  const certificate = await readIfExists(join(directory, 'root.pem'))
  const key = await readIfExists(join(directory, 'root.key'))
  if (certificate !== null && key !== null) return { certificate, key }
  const missing = [certificate === null && 'root.pem', key === null && 'root.key']
    .filter(Boolean)
    .join(' and ')
  throw new Error(
    `${directory} has no ${missing}: put it back, or empty the folder to have a new CA made, ` +
      'whose certificates then replace all those issued so far',
  )
}

/** Keys that the reference server made are readable by all users of the machine. */
async function tighten(keyFile: string, log: Logger): Promise<void> {
  const { mode } = await stat(keyFile)
  if ((mode & 0o077) === 0) return
  const found = (mode & 0o777).toString(8)
  try {
    await chmod(keyFile, privateFileMode)
    log.warn({ file: keyFile, found }, 'CA key was open to others; now only its owner reads it')
  } catch (error) {
    log.warn({ file: keyFile, found, error }, 'CA key is open to others and could not be closed')
  }
}
