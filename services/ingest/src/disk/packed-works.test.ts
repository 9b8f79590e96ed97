import { deepEqual } from 'node:assert/strict'
import { packWorks, unpackWorks } from './packed-works.ts'
import type { Work } from './work.ts'

const create = (chain: string, text: string): Work => ({
  ...{ kind: 'create', chain, path: `uploads/${chain}` },
  bytes: new TextEncoder().encode(text),
})

const works: readonly Work[] = [
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
    const packed = structuredClone(packWorks(works))
    deepEqual(unpackWorks(packed), works)
  })

  it('hold all bodies in one piece of memory that is theirs alone', () => {
    const { bytes } = packWorks(works)
    deepEqual(bytes.length, bytes.buffer.byteLength)
    deepEqual(Buffer.from(bytes).toString(), 'the first bodythe third')
  })
})
