/** A list that is too long to hold or to handle without a break, page by page. It can be iterated once. */
export type Pages<Item> = AsyncIterable<readonly Item[]>

export async function* mapPages<Item, Other>(
  pages: Pages<Item>,
  change: (item: Item) => Other,
): AsyncGenerator<readonly Other[]> {
  for await (const page of pages) yield page.map((item) => change(item))
}

/** Reads the first page ahead, so that the first pages of several lists can be read together; returns all pages. */
export async function prefetchPage<Item>(pages: Pages<Item>): Promise<Pages<Item>> {
  const iterator = pages[Symbol.asyncIterator]()
  const first = await iterator.next()
  return all()

  async function* all(): AsyncGenerator<readonly Item[]> {
    if (first.done) return
    yield first.value
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
}

/** An array in slices of at most `length`. */
export function* inPages<Item>(items: readonly Item[], length: number): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += length) yield items.slice(from, from + length)
}

/** What is at hand as a whole, a part at a time. */
export async function* asPages<One>(all: readonly One[], length: number): AsyncGenerator<readonly One[]> {
  yield* inPages(all, length)
}

export async function* noPages(): AsyncGenerator<readonly never[]> {
  yield []
}
