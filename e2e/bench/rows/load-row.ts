import { setTimeout } from 'node:timers/promises'
import { type Account, faultsOf, type Load } from '../../load/putload.ts'
import type { Bench, Measurement, Row, Target } from '../bench.ts'
import type { Size } from '../media.ts'
import { timePerUpload } from '../resources/processor-time.ts'
import type { Contender } from '../servers/server-under-test.ts'

/** What the generator is to do, beside where and as whom. */
export interface Spec extends Pick<Load, 'isHttp2' | 'connections' | 'streams' | 'fresh' | 'rate'> {
  readonly name: string
  readonly size: Size
  /** Instead of for `--seconds`. */
  readonly count?: { readonly count: number; readonly withinSeconds: number }
  readonly targets: readonly Target[]
}

/** One kind of upload as fast as it goes, to each contender. */
export function loadRow(bench: Bench, contenders: readonly Contender[], spec: Spec): Row {
  return {
    name: spec.name,
    contenders: contenders.map(({ name }) => name),
    isOnce: spec.count !== undefined,
    targets: spec.targets,
    async measure(name) {
      return measureLoad(bench, contenderNamed(contenders, name), spec)
    },
  }
}

export function contenderNamed(contenders: readonly Contender[], name: string): Contender {
  const found = contenders.find((contender) => contender.name === name)
  if (!found) throw new Error(`${name} is no contender`)
  return found
}

/** A server started for this alone, its account, and what is wrong with it. */
export async function measureLoad(
  bench: Bench,
  contender: Contender,
  { name: _name, size, count, targets: _targets, ...load }: Spec,
): Promise<Measurement> {
  await using running = await contender.start()
  const { url, identity } = running
  const warmUp = count ? 0 : contender.warmUp
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
function figuresOf(account: Account): Record<string, number> {
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
