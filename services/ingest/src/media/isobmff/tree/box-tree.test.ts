import { deepEqual, equal, ok } from 'node:assert/strict'
import { box, chunk, ftyp, moov, u32 } from '@pushav/shared/testing/media/boxes.ts'
import fc from 'fast-check'
import { forAll, fuzzTimeoutMs } from '../../../testing/fuzz.ts'
import type { BoxNode } from './box-node.ts'
import { boxNodeOf, readBoxHeader } from './box-tree.ts'

describe('the tree of boxes', () => {
  it('has the boxes of an init segment with their places and fields', () => {
    const bytes = moov()
    const tree = treeOf(bytes)
    const found = flat(tree)
    for (const { type, at, size } of found)
      equal(bytes.toString('latin1', at + 4, at + 8), type, `${at} ${size}`)
    const fieldsOf = (type: string) => found.find((node) => node.type === type)?.fields
    deepEqual(fieldsOf('hdlr'), { version: 0, flags: 0, handler_type: 'vide', name: '' })
    deepEqual([fieldsOf('tkhd')?.track_ID, fieldsOf('tkhd')?.width], [1, 640])
    deepEqual([fieldsOf('mdhd')?.timescale, fieldsOf('mdhd')?.language], [1_000, 'deu'])
    equal(fieldsOf('avcC')?.AVCProfileIndication, 0x4d)
  })

  it('adds up the samples of a run', () => {
    const moof = chunk({ at: 5_000, sequence: 3 })
    const found = flat(treeOf(moof.subarray(0, moof.readUInt32BE(0))))
    const fieldsOf = (type: string) => found.find((node) => node.type === type)?.fields
    deepEqual([fieldsOf('trun')?.sample_count, fieldsOf('trun')?.duration_sum], [10, 1_000])
    equal(fieldsOf('tfdt')?.base_media_decode_time, 5_000)
    equal(fieldsOf('mfhd')?.sequence_number, 3)
  })

  it('says what is wrong where it is wrong', () => {
    const { children } = treeOf(box('moof', box('mfhd', u32(0))))
    ok(children[0]?.fault?.includes('expected 8 bytes'), children[0]?.fault ?? '')
    const cut = box('moof', Buffer.from(box('mfhd', u32(0, 1)).subarray(0, 12)))
    ok(treeOf(cut).fault?.includes('expected a box at byte 8'), treeOf(cut).fault ?? '')
  })

  it('ends, whatever the bytes', function () {
    this.timeout(fuzzTimeoutMs)
    const seeds = [ftyp, moov(), chunk()]
    const mutated = fc
      .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(1_000), fc.nat(255)), { maxLength: 8 }))
      .map(([seed, changes]) => {
        const bytes = Buffer.from(seed)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        return bytes
      })
    forAll(mutated, (bytes) => {
      const header = readBoxHeader(bytes, 0)
      if (!header) return
      const nodes = flat(boxNodeOf(header, bytes.subarray(header.headerSize), 0, { left: 100 }))
      ok(nodes.length <= 101)
      JSON.stringify(nodes)
    })
  })
})

function treeOf(bytes: Buffer): BoxNode {
  const header = readBoxHeader(bytes, 0)
  if (!header) throw new Error('no box')
  return boxNodeOf(header, bytes.subarray(header.headerSize), 0, { left: 1_000 })
}

const flat = (node: BoxNode): readonly BoxNode[] => [node, ...node.children.flatMap(flat)]
