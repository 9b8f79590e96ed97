import { equal } from 'node:assert/strict'
import { inputKindOf, isTransportStream, nonMediaOf } from './input-kind.ts'

const packets = (count: number, odd = 0): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, () => Buffer.alloc(188 + odd).fill(0x47, 0, 1)))

describe('inputKindOf', () => {
  it('reads a file with moov by itself', () => {
    equal(inputKindOf(['ftyp', 'moov']), 'whole')
    equal(inputKindOf(['ftyp', 'mdat', 'moov']), 'whole')
  })

  it('reads a fragment before any moov behind an init segment', () => {
    equal(inputKindOf(['moof']), 'segment')
    equal(inputKindOf(['ftyp', 'moof', 'moov']), 'segment')
  })

  it('reads the beginning of a segment that was cut off as a segment', () => {
    equal(inputKindOf(['styp', 'sidx']), 'segment')
    equal(inputKindOf(['prft']), 'segment')
  })

  it('leaves unknown boxes to ffprobe', () => {
    equal(inputKindOf([]), 'whole')
    equal(inputKindOf(['abcd']), 'whole')
  })
})

describe('nonMediaOf', () => {
  const kindOf = (text: string, encoding: BufferEncoding = 'latin1', firstType: string | null = null) =>
    nonMediaOf(Buffer.from(text, encoding), firstType)

  it('knows manifests in any encoding', () => {
    equal(kindOf('<?xml version="1.0"?>\n<MPD/>', 'utf8', 'l ve'), 'an MPD')
    equal(kindOf('\uFEFF<?xml version="1.0"?>\n<!-- x --><MPD/>', 'utf8'), 'an MPD')
    equal(kindOf('\uFEFF<MPD type="static"/>', 'utf16le'), 'an MPD')
    equal(kindOf('\n<MPD/>'), 'an MPD')
    equal(kindOf('#EXTM3U\n', 'utf8', 'M3U\n'), 'a playlist')
    equal(kindOf('\uFEFF#EXTM3U\r\n', 'utf8'), 'a playlist')
  })

  it('knows what is no media', () => {
    const other = 'of no media format that this server knows'
    equal(kindOf('<html></html>'), 'XML or HTML')
    for (const text of ['hello', '{"a":1}', '\xff\xd8\xff'.replace('\xff\xd8', '\x89P'), 'GIF89a'])
      equal(kindOf(text), other)
  })

  it('takes what may be media for media', () => {
    for (const type of ['ftyp', 'styp', 'moof', 'mdat', 'free', 'prft'])
      equal(kindOf('x', 'latin1', type), null)
    for (const text of ['\x1aE\xdf\xa3', 'ID3\x04', '\xff\xf1P', 'OggS', '\0\0\x01\xba', '\0\0\0\x01g', ''])
      equal(kindOf(text), null)
  })
})

describe('isTransportStream', () => {
  it('knows packets of 188 bytes', () => {
    equal(isTransportStream(packets(5)), true)
    equal(isTransportStream(packets(1)), true)
  })

  it('knows a stream whose last packet is cut off', () => {
    equal(isTransportStream(packets(3).subarray(0, 400)), true)
  })

  it('is not taken in by text that begins with G', () => {
    equal(isTransportStream(Buffer.from('GIF89a'.padEnd(940))), false)
    equal(isTransportStream(Buffer.from('G')), false)
    equal(isTransportStream(packets(5, 4)), false)
  })
})
