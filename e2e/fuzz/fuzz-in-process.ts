import { type Random, seeded } from '../../services/ingest/src/media/mpd/testing/mutated.ts'
import { createTally, type Report } from './report.ts'
import type { Target } from './targets/target.ts'

/** An input that takes more processor time is a hang. */
const maxMs = 2_000

/** Runs `count` inputs. Each input has its own seed, so that it can be repeated alone. */
export async function fuzzInProcess(
  name: string,
  { run }: Target,
  seed: number,
  count: number,
): Promise<Report> {
  const tally = createTally()
  const atRest = process.memoryUsage().rss
  const begun = performance.now()
  let slowestMs = 0
  for (let n = 0; n < count; n++) {
    const inputSeed = seed + n
    const before = process.cpuUsage()
    await runOne(seeded(inputSeed), inputSeed)
    const { user, system } = process.cpuUsage(before)
    const ms = (user + system) / 1_000
    slowestMs = Math.max(slowestMs, ms)
    if (ms > maxMs) tally.fault(`--seed ${inputSeed} --count 1 takes ${ms} ms`)
  }
  const { outcomes, faults } = tally
  const seconds = (performance.now() - begun) / 1_000
  const grownMiB = (process.memoryUsage().rss - atRest) / 2 ** 20
  return { target: name, inputs: count, seconds, outcomes, faults, grownMiB, slowestMs }

  async function runOne(random: Random, inputSeed: number): Promise<void> {
    try {
      tally.count(await run(random))
    } catch (error) {
      tally.count('crash')
      const stack = error instanceof Error ? error.stack?.split('\n').slice(0, 3).join(' ') : String(error)
      tally.fault(`--target ${name} --seed ${inputSeed} --count 1: ${stack}`)
    }
  }
}
