/** Something done once; in milliseconds. */
export type TimedAction = () => Promise<number>

/** Latencies of several, one after the other, again and again: a machine is not equally fast all the time. */
export async function interleave(times: number, timed: readonly TimedAction[]): Promise<readonly number[][]> {
  const took: number[][] = timed.map(() => [])
  for (let turn = 0; turn < times; turn++) {
    for (const [at, one] of timed.entries()) took[at]?.push(await one())
  }
  return took
}

const minTimes = 3

/** The same, for so long, but three times at least and so often at most. */
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
