/** Some at a time of what is too much to be held, or to be worked on without a break; to be gone through once. */
export type Pages<One> = AsyncIterable<readonly One[]>

export async function* mapPages<One, Other>(
  pages: Pages<One>,
  change: (one: One) => Other,
): AsyncGenerator<readonly Other[]> {
  for await (const page of pages) yield page.map(change)
}

/** With the first page read already, so that those of several can be read together. */
export async function readAhead<One>(pages: Pages<One>): Promise<Pages<One>> {
  const iterator = pages[Symbol.asyncIterator]()
  const first = await iterator.next()
  return all()

  async function* all(): AsyncGenerator<readonly One[]> {
    if (first.done) return
    yield first.value
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
}

export function* inPages<One>(all: readonly One[], length: number): Generator<readonly One[]> {
  for (let from = 0; from < all.length; from += length) yield all.slice(from, from + length)
}

/** What is at hand as a whole, a part at a time. */
export async function* asPages<One>(all: readonly One[], length: number): AsyncGenerator<readonly One[]> {
  yield* inPages(all, length)
}

export async function* noPages(): AsyncGenerator<readonly never[]> {
  yield []
}
