/** Does something with each of many, so many at a time. */
export async function forEachLimit<One>(
  all: readonly One[],
  atOnce: number,
  work: (one: One) => Promise<unknown>,
): Promise<void> {
  const left = all.values()
  await Promise.all(Array.from({ length: atOnce }, workOn))

  async function workOn(): Promise<void> {
    for (const one of left) await work(one)
  }
}
