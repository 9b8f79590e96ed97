import { equal } from 'node:assert/strict'
import { isTransportStream, shapeOf } from './shape.ts'

const packets = (count: number, odd = 0): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, () => Buffer.alloc(188 + odd).fill(0x47, 0, 1)))

describe('shapeOf', () => {
  it('reads a file with moov by itself', () => {
    equal(shapeOf(['ftyp', 'moov']), 'whole')
    equal(shapeOf(['ftyp', 'mdat', 'moov']), 'whole')
  })

  it('reads a fragment before any moov behind an init segment', () => {
    equal(shapeOf(['moof']), 'segment')
    equal(shapeOf(['ftyp', 'moof', 'moov']), 'segment')
  })

  it('reads the beginning of a segment that was cut off as a segment', () => {
    equal(shapeOf(['styp', 'sidx']), 'segment')
    equal(shapeOf(['prft']), 'segment')
  })

  it('leaves what is no media to ffprobe', () => {
    equal(shapeOf([]), 'whole')
    equal(shapeOf(['M3U\n']), 'whole')
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
