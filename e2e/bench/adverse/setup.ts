import { readFile } from 'node:fs/promises'
import { assembleFleet, type Fleet, isTaken, type Sent } from '../../load/fleet.ts'
import { checkKept } from '../../load/verify-stored.ts'
import type { Bench, Measurement } from '../bench.ts'
import { forgetPeaks, grown, type Resident, resident } from '../resources/resident-memory.ts'
import type { Start } from '../servers/launch.ts'
import { type Ours, startOurs } from '../servers/server.ts'

/** A server and cameras that are ready to push to it. */
export interface Scene extends AsyncDisposable {
  readonly ours: Ours
  readonly fleet: Fleet
  /** Memory of each process when they were. */
  readonly before: Resident
}

export async function openScene(bench: Bench, cameras: number, start: Start = {}): Promise<Scene> {
  await using built = new AsyncDisposableStack()
  const ours = built.use(await startOurs(bench, start))
  const [init, segment] = await Promise.all([
    readFile(bench.media.init),
    readFile(bench.media.segments['8k']),
  ])
  const fleet = built.use(await assembleFleet(ours.server, bench.identity, { init, segment }, cameras))
  const before = await resident(ours.server, 'now')
  await forgetPeaks(ours.server)
  const running = built.move()
  return { ours, fleet, before, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** How some uploads were answered, under names that begin so; milliseconds from when each was due. */
export function answersOf(name: string, sent: readonly Sent[]): Record<string, number> {
  const times = sent.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? 0
  return prefixed(name, {
    sent: sent.length,
    '2xx': sent.filter(isTaken).length,
    pending: sent.filter(({ isPending }) => isPending).length,
    p50: quantile(0.5),
    p99: quantile(0.99),
    worst: quantile(1),
  })
}

/** What became of everything that the cameras sent, and what memory it took. */
export async function endOf(bench: Bench, { ours, fleet, before }: Scene): Promise<Measurement> {
  const memory = grown('RSS', before, await resident(ours.server, 'peak'))
  const probedWithinMs = bench.options.hard?.probesWithinMs ?? 0
  const { judgedMs, probedMs, unprobed, ...missing } = await checkKept(
    ours.server,
    bench.identity,
    fleet.sent,
    {
      probedWithinMs,
    },
  )
  const lost = Object.entries(missing).filter(([, count]) => count > 0)
  const refused = Map.groupBy(
    fleet.sent.filter((sent) => !isTaken(sent)),
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
