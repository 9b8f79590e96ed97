import { readFile } from 'node:fs/promises'
import { createSandboxDir } from '../../services/probe/src/disk/sandbox-dir.ts'
import { confinements } from '../../services/probe/src/ffprobe/confinement.ts'
import { ffprobeIn, prepareFfprobe } from '../../services/probe/src/ffprobe/ffprobe.ts'
import { findProgram } from '../../services/probe/src/ffprobe/find-program.ts'
import { createLauncherPool } from '../../services/probe/src/ffprobe/launcher-pool.ts'
import type { Ffprobe } from '../../services/probe/src/use-cases/ports.ts'
import type { Media } from './media.ts'

const bounds = { timeoutMs: 10_000, memoryBytes: 2 ** 30, niceness: 19 }
const name = process.env.FFPROBE ?? 'ffprobe'

/** ffprobe alone, in the confinement that the probe worker chooses on this machine. */
export const confinedFfprobe = async (): Promise<Ffprobe> =>
  (await prepareFfprobe(name, bounds, 'preferred')).ffprobe

/** ffprobe alone, with only the limits of a shell. */
export async function bareFfprobe(): Promise<Ffprobe> {
  const program = await findProgram(name, process.env.PATH ?? '')
  const loosest = confinements(program ?? '', bounds).at(-1)
  if (program === null || !loosest) throw new Error(`${name} is not there`)
  return ffprobeIn(loosest, bounds, createLauncherPool(loosest, bounds.niceness))
}

/** Runs ffprobe once on a segment after its init segment. Resolves with the time in milliseconds. */
export async function timeFfprobe(ffprobe: Ffprobe, media: Media, segment: string): Promise<number> {
  await using sandbox = await createSandboxDir(segment, await readFile(media.init))
  const begun = performance.now()
  const { ending, stderr } = await ffprobe(sandbox, 'segment')
  if (ending !== 'accepted') throw new Error(`ffprobe: ${ending} ${stderr}`)
  return performance.now() - begun
}
