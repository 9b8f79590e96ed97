import { equal } from 'node:assert/strict'
import { inputKindOf, isTransportStream } from './input-kind.ts'

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
