/** Runs `work` on each item, at most `maxConcurrent` at a time. Rejects with the first failure. */
export async function forEachLimit<Item>(
  items: readonly Item[],
  maxConcurrent: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = items.values()
  await Promise.all(Array.from({ length: Math.min(items.length, maxConcurrent) }, runNext))

  async function runNext(): Promise<void> {
    for (const item of queue) await work(item)
  }
}
