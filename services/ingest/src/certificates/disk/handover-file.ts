import { randomBytes } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Handover, handover } from '@pushav/shared/handover.ts'
import { privateMode, readIfThere, stageFile } from './replace-file.ts'

export type HandoverFacts = Omit<Handover, 'secret'>

export interface HandoverFile {
  /** The same from one start to the next, and for all that share the file. */
  readonly secret: string
  /** Says whether the file had to change. */
  write(facts: HandoverFacts): Promise<boolean>
}

/** Writes the file's first version before it returns. */
export async function openHandoverFile(path: string, facts: HandoverFacts): Promise<HandoverFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const secret = await claimSecret(path, facts)
  await write(facts)
  await chmod(path, privateMode)
  return { secret, write }

  async function write(next: HandoverFacts): Promise<boolean> {
    const text = textOf(secret, next)
    if ((await readIfThere(path)) === text) return false
    const staged = await stageFile(path, text, privateMode)
    await staged.replace()
    return true
  }
}

async function keptSecret(path: string): Promise<string | null> {
  try {
    return handover.parse(JSON.parse((await readIfThere(path)) ?? '')).secret
  } catch {
    return null
  }
}

/** Whoever comes first, in an earlier life or of two that start together, sets the secret. */
async function claimSecret(path: string, facts: HandoverFacts): Promise<string> {
  const secret = randomBytes(32).toString('hex')
  const staged = await stageFile(path, textOf(secret, facts), privateMode)
  await staged.claim()
  return (await keptSecret(path)) ?? secret
}

const textOf = (secret: string, facts: HandoverFacts): string =>
  `${JSON.stringify({ secret, ...facts } satisfies Handover, null, 2)}\n`
