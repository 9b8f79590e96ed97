import { tmpdir } from 'node:os'
import { argumentsOf, inputOf } from '../domain/invocation.ts'
import type { Answer } from '../domain/outcome.ts'
import type { Ffprobe, Room } from '../use-cases/ports.ts'
import { type Bounds, type Confinement, confinements } from './confinement.ts'
import { findProgram } from './find-program.ts'
import type { Run } from './launcher.ts'
import { type Launchers, launchersIn } from './launchers.ts'

export interface Prepared extends Disposable {
  readonly ffprobe: Ffprobe
  readonly confinement: string
  /** What tighter confinements said when they were tried. */
  readonly complaints: readonly string[]
}

/** Finds ffprobe and the tightest confinement that works here; throws where there is no working ffprobe. */
export async function prepareFfprobe(name: string, bounds: Bounds): Promise<Prepared> {
  const program = await findProgram(name, process.env.PATH ?? '')
  if (program === null) throw new Error(`${name} is not there: ${installation}`)
  const complaints: string[] = []
  for (const confinement of confinements(program, bounds)) {
    const launchers = launchersIn(confinement)
    const complaint = await complaintOf(confinement, launchers)
    if (complaint === null) return prepared(confinement, launchers)
    launchers[Symbol.dispose]()
    complaints.push(`${confinement.name}: ${complaint}`)
  }
  throw new Error(`${program} does not run (${complaints.at(-1)}): ${installation}`)

  function prepared(confinement: Confinement, launchers: Launchers): Prepared {
    return {
      ffprobe: ffprobeIn(confinement, bounds, launchers),
      confinement: confinement.name,
      complaints: complaints.slice(1),
      [Symbol.dispose]: () => launchers[Symbol.dispose](),
    }
  }
}

const installation = 'install ffmpeg (apt-get install ffmpeg, brew install ffmpeg) or set FFPROBE to its path'
const nowhere: Room = { directory: tmpdir(), files: [], [Symbol.dispose]: () => {} }

async function complaintOf(confinement: Confinement, launchers: Launchers): Promise<string | null> {
  const limits = { timeoutMs: 10_000, directory: nowhere.directory }
  try {
    const { code, stderr, stopped } = await launchers.run(confinement.wrap(nowhere, ['-version']), limits)
    return code === 0 && !stopped ? null : stderr.trim() || `ended with ${stopped ?? code}`
  } catch (error) {
    return String(error)
  }
}

/** ffprobe with the rights of one confinement. */
export function ffprobeIn(confinement: Confinement, { timeoutMs }: Bounds, launchers: Launchers): Ffprobe {
  return async function ffprobe(room, shape) {
    const command = confinement.wrap(room, argumentsOf(shape, inputOf(shape)))
    const ended = await launchers.run(command, { timeoutMs, directory: room.directory })
    const { stdout, stderr } = ended
    return { ending: endingOf(ended), stdout, stderr }
  }
}

const wrapperTrouble = /^(bwrap|setpriv): |error while loading shared libraries/

/** A signal shows as 128 + its number. What is not ffprobe's own doing throws. */
function endingOf({ stopped, code, stderr }: Run): Answer['ending'] {
  if (stopped) return stopped
  if (code === 0) return 'accepted'
  if (code === 128 + 24) return 'too-long'
  if (code === 128 + 9) throw new Error('something killed ffprobe')
  if (wrapperTrouble.test(stderr) || code === 126 || code === 127)
    throw new Error(`ffprobe did not start: ${stderr.trim()}`)
  return code > 128 ? 'crashed' : 'rejected'
}
