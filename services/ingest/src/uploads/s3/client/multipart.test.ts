import { deepEqual } from 'node:assert/strict'
import { partsOf } from './multipart.ts'

const texts = async (pieces: readonly string[], partBytes: number) => {
  const parts = await Array.fromAsync(
    partsOf(
      pieces.map((piece) => Buffer.from(piece)),
      partBytes,
    ),
  )
  return parts.map(String)
}

describe('partsOf', () => {
  it('joins and divides', async () => {
    deepEqual(await texts(['a', 'bc', 'defghij', 'k'], 3), ['abc', 'def', 'ghi', 'jk'])
  })

  it('has no empty part', async () => {
    deepEqual(await texts(['abc', '', 'def'], 3), ['abc', 'def'])
    deepEqual(await texts([], 3), [])
    deepEqual(await texts([''], 3), [])
  })

  it('copies what is only lent', async () => {
    const lent = Buffer.from('ab')
    function* bytes() {
      yield lent
      lent.write('cd')
      yield lent
    }
    deepEqual((await Array.fromAsync(partsOf(bytes(), 100))).map(String), ['abcd'])
  })
})
