import { randomBytes } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Handover, handover, handoverVersionOf } from '@pushav/shared/handover.ts'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { UnusableSetting } from '@pushav/shared/settings.ts'
import { privateFileMode, privateFolderMode } from '../../lib/disk/file-modes.ts'
import { readIfExists, stageFile } from './staged-file.ts'

export type HandoverFacts = Omit<Handover, 'secret'>

interface HandoverFile {
  /** The same after a restart and for all processes that share the file. */
  readonly secret: string
  /** Replaces the file unless it says the same already; returns whether it was replaced. */
  write(facts: HandoverFacts): Promise<boolean>
  /** Names what the file says of device certificates now; another ingest may have written it. Empty for no file. */
  version(): Promise<string>
}

/**
 * The file that hands certificates and the secret to the proxy. It is on the disk when this returns. Without a secret
 * the first process to create the file chooses one. Throws an `UnusableSetting` where the file cannot be written.
 */
export async function openHandoverFile(
  path: string,
  facts: HandoverFacts,
  given: string | null = null,
): Promise<HandoverFile> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: privateFolderMode })
    const secret = given ?? (await agreeOnSecret(path, facts))
    await writeFacts(secret, facts)
    await chmod(path, privateFileMode)
    return { secret, write: (next) => writeFacts(secret, next), version }
  } catch (cause) {
    throw new UnusableSetting(`HANDOVER_FILE: ${path} cannot be written (${errorCode(cause)})`, { cause })
  }

  async function version(): Promise<string> {
    const handedOver = await readHandover(path)
    return handedOver ? handoverVersionOf(handedOver) : ''
  }

  async function writeFacts(secret: string, next: HandoverFacts): Promise<boolean> {
    const text = textOf(secret, next)
    if ((await readIfExists(path)) === text) return false
    const staged = await stageFile(path, text, privateFileMode)
    await staged.replace()
    return true
  }
}

/** Null when the file is missing or holds something else. */
export async function readHandover(path: string): Promise<Handover | null> {
  try {
    return handover.parse(JSON.parse((await readIfExists(path)) ?? ''))
  } catch {
    return null
  }
}

/** The first process to create the file chooses the secret; restarts and concurrent starts reuse it. */
async function agreeOnSecret(path: string, facts: HandoverFacts): Promise<string> {
  const secret = randomBytes(32).toString('hex')
  const staged = await stageFile(path, textOf(secret, facts), privateFileMode)
  await staged.createIfAbsent()
  return (await readHandover(path))?.secret ?? secret
}

const textOf = (secret: string, facts: HandoverFacts): string =>
  `${JSON.stringify({ secret, ...facts } satisfies Handover, null, 2)}\n`
