import { readUInt64 } from '@pushav/shared/lib/box-header.ts'
import { fourCc, isPrintable } from './box.ts'
import { createGrowingBuffer } from './byte-buffers.ts'

/** A top-level box as its header describes it, in bytes from the start of the upload. */
export interface TopBox {
  readonly type: string
  readonly start: number
  readonly bodyStart: number
  /** Infinity where the box lasts to the end of the upload (size 0). */
  readonly end: number
}

/** The box, or the header of one (`box` is null), that the end of an upload cuts off. */
export interface IncompleteBox {
  readonly box: TopBox | null
  readonly start: number
  readonly received: number
}

interface BoxListener {
  /** Whether a box of this type may stand here; if not, the scan ends in `onInvalid`. */
  accepts(type: string): boolean
  /** Called once the header is known. Returns how many bytes of the body to collect, null to pass over it. */
  onHeader(box: TopBox): number | null
  /**
   * The box is complete. `body` is null unless it was asked for; it may share memory with the bytes added.
   */
  onComplete(box: TopBox, body: Buffer | null): void
  /** No box can begin at this byte; the scanner ignores all that follows. */
  onInvalid(at: number, found: string): void
}

/**
 * Finds the top-level boxes in bytes that arrive in any division (ISO/IEC 14496-12, 4.2). Memory grows with
 * the bytes that are really there, never with a declared size, and not beyond what the listener asks for.
 */
export function createBoxScanner(listener: BoxListener) {
  const header = Buffer.allocUnsafe(16)
  const bodyBuffer = createGrowingBuffer()
  let headerLength = 0
  let offset = 0
  let box: TopBox | null = null
  let maxBodyBytes: number | null = null
  let isInvalid = false

  return { add, end, bytes: () => offset }

  function add(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const consumed = isInvalid ? bytes.length - at : box ? readBody(box, bytes, at) : readHeader(bytes, at)
      at += consumed
      offset += consumed
    }
  }

  /**
   * The upload has ended, which completes a box of size 0. Returns the box that is cut off; null for none.
   */
  function end(): IncompleteBox | null {
    if (box === null && headerLength === 0) return null
    if (box?.end === Infinity) {
      finish({ ...box, end: offset }, bodyBuffer.drain())
      return null
    }
    const start = box?.start ?? offset - headerLength
    return { box, start, received: offset - start }
  }

  function readHeader(bytes: Buffer, at: number): number {
    const consumed = Math.min(headerSize() - headerLength, bytes.length - at)
    bytes.copy(header, headerLength, at, at + consumed)
    headerLength += consumed
    if (headerLength >= 8 && headerLength === headerSize()) beginBox(offset + consumed - headerLength)
    return consumed
  }

  function headerSize(): number {
    return headerLength >= 8 && header.readUInt32BE(0) === 1 ? 16 : 8
  }

  function beginBox(start: number): void {
    const length = headerLength
    headerLength = 0
    const size = sizeOf(header)
    const type = fourCc(header, 4)
    const found = reasonInvalid(size, length, type)
    if (found !== null) {
      isInvalid = true
      listener.onInvalid(start, found)
      return
    }
    box = { type, start, bodyStart: start + length, end: start + size }
    maxBodyBytes = listener.onHeader(box)
    if (size === length) finish(box, bodyBuffer.drain())
  }

  function reasonInvalid(size: number, headerLength: number, type: string): string | null {
    if (size < headerLength) return `one of ${size} bytes`
    if (!isPrintable(header.readUInt32BE(4))) return `the bytes ${header.toString('hex', 0, 8)} (hex)`
    return listener.accepts(type) ? null : `one of the unknown type ${type}`
  }

  function readBody(current: TopBox, bytes: Buffer, at: number): number {
    const consumed = Math.min(current.end - offset, bytes.length - at)
    const isAll = consumed === current.end - current.bodyStart
    // No copy of a body that arrived in one part.
    if (isAll && maxBodyBytes !== null) finish(current, bytes.subarray(at, at + consumed))
    else collect(current, bytes.subarray(at, at + consumed))
    return consumed
  }

  function collect(current: TopBox, more: Buffer): void {
    if (maxBodyBytes !== null) bodyBuffer.add(more.subarray(0, maxBodyBytes + 1 - bodyBuffer.length()))
    if (offset + more.length === current.end) finish(current, bodyBuffer.drain())
  }

  function finish(done: TopBox, body: Buffer): void {
    box = null
    listener.onComplete(done, maxBodyBytes === null ? null : body)
  }
}

function sizeOf(header: Buffer): number {
  const size = header.readUInt32BE(0)
  if (size === 0) return Infinity
  return size === 1 ? readUInt64(header, 8) : size
}
