import { setTimeout } from 'node:timers/promises'
import { faultsOf, type Load, type LoadResult } from '../../load/putload.ts'
import type { Bench, Measurement, Row, Target } from '../bench.ts'
import type { Size } from '../media.ts'
import { timePerUpload } from '../resources/processor-time.ts'
import type { ServerUnderTest } from '../servers/server-under-test.ts'

/** What the generator is to do, beside where and as whom. */
export interface LoadSpec extends Pick<Load, 'isHttp2' | 'connections' | 'streams' | 'fresh' | 'rate'> {
  readonly name: string
  readonly size: Size
  /** Instead of for `--seconds`. */
  readonly count?: { readonly count: number; readonly withinSeconds: number }
  readonly targets: readonly Target[]
}

/** One kind of upload as fast as it goes, to each server. */
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

/** A server started for this alone, its account, and what is wrong with it. */
export async function measureLoad(
  bench: Bench,
  server: ServerUnderTest,
  { name: _name, size, count, targets: _targets, ...load }: LoadSpec,
): Promise<Measurement> {
  await using running = await server.start()
  const { url, identity } = running
  const warmUp = count ? 0 : server.warmUp
  const until = count ?? { seconds: bench.options.seconds, warmUp }
  const body = bench.media.segments[size]
  const [before, account] = await Promise.all([
    setTimeout(warmUp * 1_000).then(() => running.processorTime()),
    bench.generate({ ...load, url, identity, body, until }),
  ])
  const time = timePerUpload(before, await running.processorTime(), account.measured)
  return {
    figures: { ...figuresOf(account), ...time },
    faults: [...faultsOf(account), ...(await running.faultsAfter(account))],
  }
}

/** Without latencies where none was measured. */
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
