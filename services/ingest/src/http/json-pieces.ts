import type { Pages } from '../streams/pages.ts'

/**
 * What `JSON.stringify` gives, in pieces; each page is read when the one before it has been taken. A function, which
 * may return a promise, is called when its turn comes, for what is known only when the pages before it have been read.
 */
export async function* jsonPieces(value: unknown): AsyncGenerator<string> {
  if (isPages(value)) yield* arrayPieces(value)
  else if (hasPages(value)) yield* objectPieces(value)
  else yield JSON.stringify(value)
}

async function* arrayPieces(pages: Pages<unknown>): AsyncGenerator<string> {
  let separator = ''
  yield '['
  for await (const page of pages) {
    if (page.length === 0) continue
    yield separator
    yield* itemPieces(page)
    separator = ','
  }
  yield ']'
}

async function* itemPieces(page: readonly unknown[]): AsyncGenerator<string> {
  if (!page.some(hasPages)) return yield JSON.stringify(page).slice(1, -1)
  for (const [i, item] of page.entries()) {
    if (i > 0) yield ','
    yield* jsonPieces(item)
  }
}

async function* objectPieces(fields: object): AsyncGenerator<string> {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  for (const [i, [name, value]] of present.entries()) {
    yield `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`
    yield* jsonPieces(typeof value === 'function' ? await value() : value)
  }
  yield '}'
}

const isPages = (value: unknown): value is Pages<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const hasPages = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.values(value).some(comesLater)

const comesLater = (value: unknown): boolean => typeof value === 'function' || isPages(value)
