import { setTimeout } from 'node:timers/promises'
import { faultsOf, type Load, type LoadResult } from '../../load/putload.ts'
import type { Bench, Measurement, Row, Target } from '../bench.ts'
import type { Size } from '../media.ts'
import { timePerUpload } from '../resources/processor-time.ts'
import { countSystemCalls } from '../resources/system-calls.ts'
import type { ServerUnderTest } from '../servers/server-under-test.ts'

/** The load, without the server and the device. */
export interface LoadSpec extends Pick<Load, 'isHttp2' | 'connections' | 'streams' | 'fresh' | 'rate'> {
  readonly name: string
  readonly size: Size
  /**
   * Number of cameras, each with a connection and a stream of its own; otherwise all connections send to one stream.
   */
  readonly cameras?: number
  /** A number of uploads, instead of a load for `--seconds`. */
  readonly count?: { readonly count: number; readonly withinSeconds: number }
  readonly targets: readonly Target[]
}

/** Sends one kind of upload to each server, as fast as the server responds. */
export function loadRow(bench: Bench, servers: readonly ServerUnderTest[], spec: LoadSpec): Row {
  return {
    name: spec.name,
    servers: servers.map(({ name }) => name),
    isOnce: spec.count !== undefined,
    targets: spec.targets,
    async measure(name) {
      return measureLoad(bench, serverNamed(servers, name), spec)
    },
  }
}

export function serverNamed(servers: readonly ServerUnderTest[], name: string): ServerUnderTest {
  const found = servers.find((server) => server.name === name)
  if (!found) throw new Error(`${name} is not a server under test`)
  return found
}

/** Measures a load on a server of its own. Resolves with figures and faults. */
export async function measureLoad(
  bench: Bench,
  server: ServerUnderTest,
  { name: _name, size, cameras, count, targets: _targets, ...load }: LoadSpec,
  seconds = bench.options.seconds,
): Promise<Measurement> {
  await using running = await server.start(cameras)
  const { url, identity } = running
  const warmUp = count ? 0 : server.warmUp
  const until = count ?? { seconds, warmUp }
  const body = bench.media.segments[size]
  const [before, account] = await Promise.all([
    setTimeout(warmUp * 1_000).then(() => running.processorTime()),
    bench.generate({ ...load, url, identity, body, until }),
  ])
  const time = timePerUpload(before, await running.processorTime(), account.measured)
  const faults = [...faultsOf(account), ...(await running.faultsAfter(account))]
  const calls = bench.options.countsSystemCalls && !count ? await callsPerUpload() : {}
  return { figures: { ...figuresOf(account), ...time, ...calls }, faults }

  /** Counts system calls after the measurement, because counting slows the server down several times. */
  async function callsPerUpload(): Promise<Record<string, number>> {
    await using counter = await countSystemCalls(await running.processIds())
    const counted = { ...load, url, identity, body, first: account.issued, until: { seconds: 2, warmUp: 0 } }
    const { ok } = await bench.generate(counted)
    return counter.perUpload(ok)
  }
}

/** Figures of a load, without latencies when none was measured. */
function figuresOf(account: LoadResult): Record<string, number> {
  const { rate, megabytes, p50, p99, busy, warmed, issued, ok, connects } = account
  const latencies = rate > 0 ? { p50, p99 } : {}
  return {
    rate,
    megabytes,
    ...latencies,
    busy,
    'warmed up by': warmed,
    issued,
    ok,
    lost: issued - ok,
    connects,
  }
}
