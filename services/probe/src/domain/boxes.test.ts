import { deepEqual, equal } from 'node:assert/strict'
import { boxAt } from './boxes.ts'

const header = (size: number, type: string, large?: bigint): Buffer => {
  const bytes = Buffer.alloc(large === undefined ? 8 : 16)
  bytes.writeUInt32BE(size)
  bytes.write(type, 4, 'latin1')
  if (large !== undefined) bytes.writeBigUInt64BE(large, 8)
  return bytes
}

describe('boxAt', () => {
  it('reads a 32-bit size', () => {
    deepEqual(boxAt(header(24, 'ftyp'), 0, 100), { type: 'ftyp', start: 0, end: 24 })
  })

  it('reads a 64-bit size', () => {
    deepEqual(boxAt(header(1, 'mdat', 6n * 2n ** 30n), 24, 2 ** 40), {
      type: 'mdat',
      start: 24,
      end: 24 + 6 * 2 ** 30,
    })
  })

  it('takes size 0 as up to the end of the file', () => {
    equal(boxAt(header(0, 'mdat'), 24, 100)?.end, 100)
  })

  it('ends a box that claims more than there is with the file', () => {
    equal(boxAt(header(0xffff_ffff, 'moov'), 24, 100)?.end, 100)
    equal(boxAt(header(1, 'moov', 2n ** 64n - 1n), 24, 100)?.end, 100)
  })

  it('finds no box where the size is smaller than its own header', () => {
    equal(boxAt(header(7, 'moov'), 0, 100), null)
    equal(boxAt(header(1, 'moov', 15n), 0, 100), null)
  })

  it('finds no box in a header that is cut off', () => {
    equal(boxAt(header(24, 'ftyp').subarray(0, 7), 0, 7), null)
    equal(boxAt(header(1, 'mdat'), 0, 8), null)
  })
})
