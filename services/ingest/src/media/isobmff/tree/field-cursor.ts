import { fourCc } from '../box.ts'

/** A box ends before its last field. */
export class FieldMissing extends Error {}

export type FieldCursor = ReturnType<typeof createFieldCursor>

/** Reads the fields of a box one after the other. Each read throws `FieldMissing` where the box has ended. */
export function createFieldCursor(body: Buffer) {
  let at = 0
  return {
    u8: () => body.readUInt8(take(1)),
    u16: () => body.readUInt16BE(take(2)),
    u24: () => body.readUIntBE(take(3), 3),
    u32: () => body.readUInt32BE(take(4)),
    i16: () => body.readInt16BE(take(2)),
    i32: () => body.readInt32BE(take(4)),
    u64: () => exact(body.readBigUInt64BE(take(8))),
    i64: () => exact(body.readBigInt64BE(take(8))),
    fixed16: () => body.readInt32BE(take(4)) / 2 ** 16,
    fixed8: () => body.readInt16BE(take(2)) / 2 ** 8,
    letters: () => fourCc(body, take(4)),
    hex(length: number): string {
      const from = take(length)
      return body.toString('hex', from, from + length)
    },
    /** UTF-8 up to a zero byte or the end. */
    text(): string {
      const zero = body.indexOf(0, at)
      const end = zero < 0 ? body.length : zero
      const text = body.toString('utf8', at, end)
      at = Math.min(body.length, end + 1)
      return text
    },
    skip: (length: number) => void take(length),
    left: () => body.length - at,
  }

  function take(length: number): number {
    if (at + length > body.length)
      throw new FieldMissing(`expected ${at + length} bytes of fields, it holds ${body.length}`)
    at += length
    return at - length
  }
}

const exact = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
