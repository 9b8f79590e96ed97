import { deepEqual } from 'node:assert/strict'
import { packOperations, unpackOperations } from './operation-codec.ts'
import type { Operation } from './operations.ts'

const create = (chain: string, text: string): Operation => ({
  ...{ kind: 'create', chain, path: `uploads/${chain}` },
  bytes: new TextEncoder().encode(text),
})

const works: readonly Operation[] = [
  create('a', 'the first body'),
  { kind: 'append', chain: 'a', path: 'journal', line: '{"ä":1}\n' },
  { kind: 'link', chain: 'a', path: 'streams/1/ä', target: '../../uploads/a', fresh: 'staging/a.link' },
  create('b', ''),
  create('c', 'the third'),
  { kind: 'unlink', chain: 'd', path: 'streams/1/b', folder: true },
  { kind: 'unlink', chain: 'e', path: 'streams/1/c', folder: false },
]

describe('packed works', () => {
  it('come out as they went in, each body with its own', () => {
    const packed = structuredClone(packOperations(works))
    deepEqual(unpackOperations(packed), works)
  })

  it('hold all bodies in one part of memory that is theirs alone', () => {
    const { bytes } = packOperations(works)
    deepEqual(bytes.length, bytes.buffer.byteLength)
    deepEqual(Buffer.from(bytes).toString(), 'the first bodythe third')
  })
})
