import { readFile } from 'node:fs/promises'
import { assembleFleet, type Fleet, isAccepted, type SentUpload } from '../../load/fleet.ts'
import { verifyStored } from '../../load/verify-stored.ts'
import type { Bench, Measurement } from '../bench.ts'
import {
  forgetPeaks,
  memoryGrowth,
  type ResidentMemory,
  residentMemory,
} from '../resources/resident-memory.ts'
import type { StartOptions } from '../servers/launch.ts'
import { type Server, startServer } from '../servers/server.ts'

/** A server and cameras that are ready to push to it. */
export interface Setup extends AsyncDisposable {
  readonly server: Server
  readonly fleet: Fleet
  /** Memory of each process when the cameras were ready. */
  readonly before: ResidentMemory
}

export async function setUp(bench: Bench, cameras: number, start: StartOptions = {}): Promise<Setup> {
  await using built = new AsyncDisposableStack()
  const server = built.use(await startServer(bench, start))
  const [init, segment] = await Promise.all([
    readFile(bench.media.init),
    readFile(bench.media.segments['8k']),
  ])
  const fleet = built.use(await assembleFleet(server.standalone, bench.identity, { init, segment }, cameras))
  const before = await residentMemory(server.standalone, 'now')
  await forgetPeaks(server.standalone)
  const running = built.move()
  return { server, fleet, before, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Figures about responses, whose names begin with `name`. Times are milliseconds from when each upload was due. */
export function responseFigures(name: string, sent: readonly SentUpload[]): Record<string, number> {
  const times = sent.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? 0
  return prefixed(name, {
    sent: sent.length,
    '2xx': sent.filter(isAccepted).length,
    pending: sent.filter(({ isPending }) => isPending).length,
    p50: quantile(0.5),
    p99: quantile(0.99),
    worst: quantile(1),
  })
}

/** Checks that all uploads are listed, judged and probed, and measures the memory that they took. */
export async function finalFigures(bench: Bench, { server, fleet, before }: Setup): Promise<Measurement> {
  const memory = memoryGrowth('RSS', before, await residentMemory(server.standalone, 'peak'))
  const probedWithinMs = bench.options.hard?.probesWithinMs ?? 0
  const { judgedMs, probedMs, unprobed, ...missing } = await verifyStored(
    server.standalone,
    bench.identity,
    fleet.sent,
    {
      probedWithinMs,
    },
  )
  const lost = Object.entries(missing).filter(([, count]) => count > 0)
  const refused = Map.groupBy(
    fleet.sent.filter((sent) => !isAccepted(sent)),
    ({ status, complaint }) => `${status} ${complaint}`,
  )
  return {
    figures: { errors: [...refused.values()].flat().length, judgedMs, probedMs, unprobed, ...memory },
    faults: [
      ...[...refused].map(([answer, all]) => `${all.length} were answered ${answer}`),
      ...lost.map(([what, count]) => `${count} ${what}`),
    ],
  }
}

const prefixed = (name: string, figures: Readonly<Record<string, number>>): Record<string, number> =>
  name === ''
    ? figures
    : Object.fromEntries(Object.entries(figures).map(([figure, value]) => [`${name} ${figure}`, value]))
