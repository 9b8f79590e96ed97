import { seeded } from '../../services/ingest/src/media/mpd/testing/mutated.ts'
import { audit, differences, removedCount, retentionSettled, settledView } from './audit.ts'
import { type CameraKind, createCamera } from './camera.ts'
import { disturb } from './disturbances.ts'
import { watchMemory } from './memory-watch.ts'
import type { ChaosOptions } from './options.ts'
import { startServerUnderChaos } from './server-under-chaos.ts'
import { makeSmallTrack } from './small-track.ts'

/** The result of a run. */
export interface ChaosResult {
  readonly answered: number
  readonly disturbances: readonly string[]
  /** How often cameras saw each failure. */
  readonly failures: ReadonlyMap<string, number>
  readonly peaksMiB: ReadonlyMap<string, number>
  /** A sentence for everything that must not happen. */
  readonly faults: readonly string[]
}

const cameraCount = 16
const maxLogLines = 100
const kinds: readonly CameraKind[] = ['dash', 'hls', 'dash', 'long']
/** The memory that no process may exceed. */
const maxMiB = 768

/** Runs 16 cameras against a server under disturbances, and audits it afterwards. `tell` receives progress messages. */
export async function runChaos(
  { seed, seconds }: ChaosOptions,
  tell: (text: string) => void,
): Promise<ChaosResult> {
  await using server = await startServerUnderChaos()
  const track = await makeSmallTrack()
  const cameras = Array.from({ length: cameraCount }, (_, n) => {
    const kind = kinds[n % kinds.length] ?? 'dash'
    // Slower, because a long request becomes several uploads with a probe each.
    const pauseMs = kind === 'long' ? 3_000 : 1_000
    const name = `camera${n}`
    const random = seeded(seed * 1_000 + n)
    return createCamera({ server: server.standalone(), name, kind, track, random, pauseMs })
  })
  tell(`seed ${seed}: ${cameraCount} cameras for ${seconds} s${server.disk ? '' : ', without a small disk'}`)
  using memory = watchMemory(() => server.standalone().pid)
  const over = AbortSignal.timeout(seconds * 1_000)
  const pushed = Promise.all(cameras.map((camera) => camera.run(over)))
  const disturbances = await disturb(server, cameras, seeded(seed), over)
  await pushed
  const answered = cameras.flatMap((camera) => camera.answered)
  const deleted = new Set(cameras.flatMap((camera) => [...camera.deleted]))
  const streams = [...new Set(answered.map(({ stream }) => stream))].filter((stream) => !deleted.has(stream))
  tell(`disturbances: ${disturbances.join(', ')}`)
  tell(`${answered.length} uploads were answered 2xx; waiting for verdicts and probes`)
  await settledView(server.standalone(), streams, false).catch((error) => fail(error))
  await retentionSettled(server.standalone())
  const view = await settledView(server.standalone(), streams).catch((error) => fail(error))
  const sessions = cameras.flatMap((camera) => camera.sessions)
  const faults = await audit(server.standalone(), { answered, sessions }, deleted, view)
  for (const [name, mebibytes] of memory.peaks)
    if (mebibytes > maxMiB) faults.push(`${name} needed ${Math.round(mebibytes)} MiB`)
  tell(
    `retention has removed ${await removedCount(server.standalone(), streams)} uploads; rebuilding the index`,
  )
  await server.rebuild()
  faults.push(...differences(view, await settledView(server.standalone(), streams, false)))

  return { answered: answered.length, disturbances, failures: sumOf(cameras), peaksMiB: memory.peaks, faults }

  /** Throws an error with the server's last log lines before the failure. */
  function fail(error: unknown): never {
    for (const line of server.standalone().log.slice(-maxLogLines)) tell(line)
    throw error
  }
}

function sumOf(
  cameras: readonly { readonly failures: ReadonlyMap<string, number> }[],
): ReadonlyMap<string, number> {
  const sum = new Map<string, number>()
  for (const { failures } of cameras)
    for (const [reason, count] of failures) sum.set(reason, (sum.get(reason) ?? 0) + count)
  return sum
}
