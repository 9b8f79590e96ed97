import { equal } from 'node:assert/strict'
import { createInspector } from './isobmff/inspector.ts'
import { nonMediaOf } from './non-media.ts'

const packets = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => Buffer.alloc(188).fill(0x47, 0, 1)))

const box = (type: string): string => `\0\0\0\x08${type}`

describe('nonMediaOf', () => {
  it('knows what is no media', () => {
    const other = 'of no media format that this server knows'
    equal(nonMediaOf(Buffer.from('<html></html>')), 'XML or HTML')
    equal(nonMediaOf(Buffer.from('\uFEFF<html>', 'utf16le')), 'XML or HTML')
    for (const text of ['hello', '{"a":1}', '\x89P\xff', 'GIF89a', 'G'.padEnd(940), `\0\0\0\x07free`])
      equal(nonMediaOf(Buffer.from(text, 'latin1')), other, text)
  })

  it('takes what may be media for media', () => {
    const starts = [
      '\x1aE\xdf\xa3',
      'ID3\x04',
      '\xff\xf1P',
      'OggS',
      '\0\0\x01\xba',
      '\0\0\0\x01g',
      '',
      box('free'),
    ]
    for (const text of starts) equal(nonMediaOf(Buffer.from(text, 'latin1')), null, text)
    for (const bytes of [packets(5), packets(1), packets(3).subarray(0, 400)]) equal(nonMediaOf(bytes), null)
  })
})

describe('an inspection', () => {
  const nonMediaIn = (body: Buffer): string | null => {
    const inspector = createInspector()
    for (let at = 0; at < body.length; at += 3) inspector.add(body.subarray(at, at + 3))
    return inspector.result().nonMedia
  }

  it('says of a manifest in any encoding that it is one', () => {
    equal(nonMediaIn(Buffer.from('<?xml version="1.0"?>\n<MPD/>')), 'an MPD')
    equal(nonMediaIn(Buffer.from('\uFEFF<?xml version="1.0"?>\n<!-- x --><MPD/>')), 'an MPD')
    equal(nonMediaIn(Buffer.from('\uFEFF<MPD type="static"/>', 'utf16le')), 'an MPD')
    equal(nonMediaIn(Buffer.from('\uFEFF#EXTM3U\r\n')), 'a playlist')
  })

  it('says nothing of a body with a box of media', () => {
    for (const type of ['ftyp', 'styp', 'moof', 'mdat', 'prft', 'moov'])
      equal(nonMediaIn(Buffer.from(box(type), 'latin1')), null, type)
    equal(nonMediaIn(Buffer.from('text')), 'of no media format that this server knows')
  })
})
