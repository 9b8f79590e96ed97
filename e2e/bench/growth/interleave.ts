/** Does something once and resolves with how long it took, in milliseconds. */
export type TimedAction = () => Promise<number>

/** Latencies of several actions, in turns, because a machine is not equally fast all the time. */
export async function interleave(times: number, timed: readonly TimedAction[]): Promise<readonly number[][]> {
  const took: number[][] = timed.map(() => [])
  for (let turn = 0; turn < times; turn++) {
    for (const [at, one] of timed.entries()) took[at]?.push(await one())
  }
  return took
}

const minTimes = 3

/** Latencies of several actions, in turns for a time, at least three times and at most a number of times. */
export async function interleaveFor(
  seconds: number,
  maxTimes: number,
  timed: readonly TimedAction[],
): Promise<readonly number[][]> {
  const end = performance.now() + seconds * 1_000
  const took: number[][] = timed.map(() => [])
  for (let turn = 0; turn < maxTimes && (turn < minTimes || performance.now() < end); turn++) {
    for (const [at, times] of (await interleave(1, timed)).entries()) took[at]?.push(...times)
  }
  return took
}
