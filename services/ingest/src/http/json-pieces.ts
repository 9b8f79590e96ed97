import type { Pages } from '../streams/pages.ts'

/**
 * A value in JSON, piece by piece. Pages, wherever its objects have them, are arrays, read when their turn comes; beside
 * pages, a function is called when its turn comes, for what is known only when the pages before it have been read.
 */
export async function* jsonPieces(value: unknown): AsyncGenerator<string> {
  if (isPages(value)) yield* arrayOf(value)
  else if (hasPages(value)) yield* objectOf(value)
  else yield JSON.stringify(value)
}

async function* arrayOf(pages: Pages<unknown>): AsyncGenerator<string> {
  let lead = ''
  yield '['
  for await (const page of pages) {
    if (page.length === 0) continue
    yield lead
    yield* itemsOf(page)
    lead = ','
  }
  yield ']'
}

async function* itemsOf(page: readonly unknown[]): AsyncGenerator<string> {
  if (!page.some(hasPages)) return yield JSON.stringify(page).slice(1, -1)
  for (const [i, item] of page.entries()) {
    if (i > 0) yield ','
    yield* jsonPieces(item)
  }
}

async function* objectOf(fields: object): AsyncGenerator<string> {
  for (const [i, [name, value]] of Object.entries(fields).entries()) {
    yield `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`
    yield* jsonPieces(typeof value === 'function' ? value() : value)
  }
  yield '}'
}

const isPages = (value: unknown): value is Pages<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const hasPages = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.values(value).some(isPages)
