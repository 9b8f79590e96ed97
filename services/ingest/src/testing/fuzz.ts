import fc from 'fast-check'

const long = process.env.FUZZ_RUNS
const numRuns = Number(long ?? 200)
const seed = Number(process.env.FUZZ_SEED ?? 20_261_122)

/** For mocha: a long run takes as long as it takes. */
export const fuzzTimeoutMs = long === undefined ? 60_000 : 0

/** Tries a property on a few hundred inputs from a fixed seed, on FUZZ_RUNS of them where that is set; a failure tells its seed. */
export function forAll<Input>(inputs: fc.Arbitrary<Input>, property: (input: Input) => unknown): void {
  fc.assert(
    fc.property(inputs, (input) => void property(input)),
    { numRuns, seed },
  )
}

/** What all inputs of a suite came to; a long run prints it. */
export function createGauge(name: string) {
  let inputs = 0
  let faulty = 0
  let worstMs = 0
  return { measure, worstMs: () => worstMs, print }

  /** Runs the code under test in this thread's own time, so that others on the machine do not count. */
  function measure<Result extends { readonly faults: readonly unknown[] }>(work: () => Result): Result {
    const before = process.threadCpuUsage()
    const result = work()
    const { user, system } = process.threadCpuUsage(before)
    worstMs = Math.max(worstMs, (user + system) / 1_000)
    inputs++
    if (result.faults.length > 0) faulty++
    return result
  }

  function print(): void {
    const mib = Math.round(process.resourceUsage().maxRSS / 1_024)
    const time = `worst ${worstMs.toFixed(1)} ms`
    if (long)
      console.log(`      ${name}: ${inputs} inputs, ${faulty} with faults, ${time}, peak RSS ${mib} MiB`)
  }
}
