/** Something done once; in milliseconds. */
export type Timed = () => Promise<number>

/** Latencies of several, one after the other, again and again: a machine is not equally fast all the time. */
export async function inTurns(times: number, timed: readonly Timed[]): Promise<readonly number[][]> {
  const took: number[][] = timed.map(() => [])
  for (let turn = 0; turn < times; turn++) {
    for (const [at, one] of timed.entries()) took[at]?.push(await one())
  }
  return took
}

const leastTimes = 3

/** The same, for so long, but three times at least and so often at most. */
export async function inTurnsFor(
  seconds: number,
  mostTimes: number,
  timed: readonly Timed[],
): Promise<readonly number[][]> {
  const end = performance.now() + seconds * 1_000
  const took: number[][] = timed.map(() => [])
  for (let turn = 0; turn < mostTimes && (turn < leastTimes || performance.now() < end); turn++) {
    for (const [at, times] of (await inTurns(1, timed)).entries()) took[at]?.push(...times)
  }
  return took
}
