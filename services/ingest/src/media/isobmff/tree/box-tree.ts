import { readUInt64 } from '@pushav/shared/lib/box-header.ts'
import { fourCc } from '../box.ts'
import { boxFields } from './box-fields.ts'
import type { BoxNode, Fields } from './box-node.ts'
import { createFieldCursor, FieldMissing } from './field-cursor.ts'

/** The first bytes of a box. `size` is 0 where the box reaches to the end of the upload. */
export interface BoxHeader {
  readonly type: string
  readonly size: number
  readonly headerSize: number
}

/** Null where fewer bytes are left than a header has, or the size is less than that of the header. */
export function readBoxHeader(bytes: Buffer, at: number): BoxHeader | null {
  if (at + 8 > bytes.length) return null
  const short = bytes.readUInt32BE(at)
  const headerSize = short === 1 ? 16 : 8
  if (at + headerSize > bytes.length) return null
  const size = short === 1 ? readUInt64(bytes, at + 8) : short
  if (size !== 0 && size < headerSize) return null
  return { type: fourCc(bytes, at + 4), size, headerSize }
}

/** The number of boxes that may still be made. */
export interface BoxBudget {
  left: number
}

const maxDepth = 16

/** Where boxes begin in the bodies of boxes that hold boxes: behind this many bytes of fields. */
const childrenAt: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'moov trak mdia minf dinf edts stbl mvex moof traf mfra udta sinf schi wave tref strk strd'
      .split(' ')
      .map((type) => [type, 0]),
  ),
  stsd: 8,
  dref: 8,
  meta: 4,
}

/** The tree below a box whose bytes are all there. `at` is where its header begins in the upload. */
export function boxNodeOf(
  header: BoxHeader,
  body: Buffer,
  at: number,
  budget: BoxBudget,
  path: readonly string[] = [],
): BoxNode {
  budget.left -= 1
  const { type, headerSize } = header
  const { fields, fault } = fieldsIn(type, body)
  const inside = [...path, type]
  const from = offsetOfChildren(body, inside)
  const found =
    from === null ? noChildren : childrenIn(body.subarray(from), at + headerSize + from, budget, inside)
  return {
    type,
    at,
    size: headerSize + body.length,
    headerSize,
    fields,
    children: found.children,
    fault: fault ?? found.fault,
  }
}

const noChildren = { children: [], fault: null } as const

function fieldsIn(
  type: string,
  body: Buffer,
): { readonly fields: Fields | null; readonly fault: string | null } {
  const read = Object.hasOwn(boxFields, type) ? boxFields[type] : undefined
  if (!read) return { fields: null, fault: null }
  try {
    return { fields: read(createFieldCursor(body)), fault: null }
  } catch (error) {
    if (!(error instanceof FieldMissing || error instanceof RangeError)) throw error
    return { fields: null, fault: error.message }
  }
}

/** Sample entries have fields of a length that hangs on the handler; a type that looks like one of sound has 28. */
function offsetOfChildren(body: Buffer, path: readonly string[]): number | null {
  const type = path.at(-1) ?? ''
  if (path.at(-2) === 'stsd') return entryOffset(body)
  const offset = Object.hasOwn(childrenAt, type) ? (childrenAt[type] ?? null) : null
  return offset === null || offset > body.length ? null : offset
}

/** ISO/IEC 14496-12, 12.1.3 and 12.2.3: 78 bytes of fields in a visual entry, 28 in one of sound. */
const entryOffset = (body: Buffer): number | null =>
  [78, 28, 8].find((offset) => isBoxAt(body, offset)) ?? null

function isBoxAt(body: Buffer, at: number): boolean {
  const header = readBoxHeader(body, at)
  return (
    header !== null && header.size > 0 && at + header.size <= body.length && /^[ -~]{4}$/.test(header.type)
  )
}

function childrenIn(
  bytes: Buffer,
  offset: number,
  budget: BoxBudget,
  path: readonly string[],
): { readonly children: readonly BoxNode[]; readonly fault: string | null } {
  const children: BoxNode[] = []
  for (let at = 0; at < bytes.length; ) {
    if (path.length >= maxDepth) return { children, fault: `boxes are shown ${maxDepth} deep` }
    if (budget.left <= 0) return { children, fault: 'further boxes in it are not shown' }
    const header = readBoxHeader(bytes, at)
    const size = header?.size === 0 ? bytes.length - at : (header?.size ?? 0)
    if (!header || at + size > bytes.length) return { children, fault: restFault(bytes, at, offset) }
    const body = bytes.subarray(at + header.headerSize, at + size)
    children.push(boxNodeOf(header, body, offset + at, budget, path))
    at += size
  }
  return { children, fault: null }
}

/** QuickTime ends some boxes with four zero bytes. */
function restFault(bytes: Buffer, at: number, offset: number): string | null {
  const isPadding = bytes.length - at < 8 && bytes.subarray(at).every((byte) => byte === 0)
  return isPadding ? null : `expected a box at byte ${offset + at} that ends inside this one`
}
