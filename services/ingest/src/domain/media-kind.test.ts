import { equal } from 'node:assert/strict'
import { mediaKindOf } from './media-kind.ts'

function box(type: string, size = 8): Buffer {
  const bytes = Buffer.alloc(size)
  bytes.writeUInt32BE(size)
  bytes.write(type, 4, 'latin1')
  return bytes
}
const kindOf = (...boxes: Buffer[]) => mediaKindOf(Buffer.concat(boxes))

describe('mediaKindOf', () => {
  it('takes ftyp and moov for an init segment', () => {
    equal(kindOf(box('ftyp', 24), box('moov', 600)), 'init')
  })

  it('takes an init segment with media behind it for an init segment', () => {
    equal(kindOf(box('ftyp', 24), box('moov', 600), box('moof', 100)), 'init')
  })

  it('takes styp, sidx, prft or emsg before moof for a segment', () => {
    equal(
      kindOf(box('styp', 24), box('sidx', 44), box('prft', 32), box('emsg', 64), box('moof', 100)),
      'segment',
    )
    equal(kindOf(box('moof', 100)), 'segment')
  })

  it('knows manifests by their text', () => {
    equal(
      mediaKindOf(Buffer.from('\uFEFF<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">')),
      'manifest',
    )
    equal(mediaKindOf(Buffer.from('#EXTM3U\n')), 'manifest')
  })

  it('calls text, images and lying box sizes neither', () => {
    equal(mediaKindOf(Buffer.from('hello world, this is text')), 'other')
    equal(mediaKindOf(Buffer.from([0xff, 0xd8, 0xff, 0xe0])), 'other')
    equal(kindOf(box('free', 8), Buffer.alloc(4_000)), 'other')
  })
})
