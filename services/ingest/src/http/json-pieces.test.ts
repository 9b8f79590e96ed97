import { deepEqual, equal } from 'node:assert/strict'
import { inPages } from '../streams/pages.ts'
import { jsonPieces } from './json-pieces.ts'

async function* pagesOf(all: readonly unknown[], length: number) {
  yield []
  yield* inPages(all, length)
}

const textOf = async (value: unknown): Promise<string> => (await Array.fromAsync(jsonPieces(value))).join('')

describe('jsonPieces', () => {
  it('says what JSON.stringify says, whatever the pages', async () => {
    const items = ['a"b', 1, null, { b: [true] }, 'é\n']
    for (const length of [1, 2, 9]) {
      const inner = () => ({ 'in "it"': pagesOf(items, length), none: pagesOf([], length) })
      const value = { id: 1, list: pagesOf([inner(), { plain: 1 }, inner()], length), nothing: null, end: {} }
      const whole = { 'in "it"': items, none: [] }
      equal(
        await textOf(value),
        JSON.stringify({ id: 1, list: [whole, { plain: 1 }, whole], nothing: null, end: {} }),
      )
    }
  })

  it('calls a function when the pages before it have been read', async () => {
    let read = 0
    async function* counted() {
      for (; read < 2; read++) yield [read]
    }
    equal(await textOf({ list: counted(), next: () => read }), '{"list":[0,1],"next":2}')
  })

  it('reads no page before those in front of it are said', async () => {
    const read: number[] = []
    async function* counted() {
      for (let page = 0; page < 3; page++) {
        read.push(page)
        yield [page]
      }
    }
    const pieces = jsonPieces({ list: counted() })
    for await (const piece of pieces) if (piece === '1') break
    deepEqual(read, [0, 1])
  })
})
