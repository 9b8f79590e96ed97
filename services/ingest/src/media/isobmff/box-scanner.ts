import { fourCc, isPrintable, largeAt } from './box.ts'
import { createCollection } from './byte-buffers.ts'

/** A top-level box as its header describes it, in bytes from the start of the upload. */
export interface TopBox {
  readonly type: string
  readonly start: number
  readonly bodyStart: number
  /** Infinity where it lasts to the end of the upload, whatever that will be. */
  readonly end: number
}

/** What the end of an upload cuts off: a box, or the header of one. */
export interface Unfinished {
  readonly box: TopBox | null
  readonly start: number
  readonly received: number
}

interface Listener {
  /** Whether a box of this type may stand here; where not, the bytes count as lost. */
  accepts(type: string): boolean
  /** How many bytes of a body to collect; null to pass over them. Called as soon as the header is known. */
  begin(box: TopBox): number | null
  /** The box is complete. Its body is only there if it was asked for, and belongs to the caller's bytes. */
  complete(box: TopBox, body: Buffer | null): void
  /** No box can begin at this byte; nothing after it is looked at. */
  lost(at: number, found: string): void
}

/**
 * Finds the top-level boxes in bytes that arrive in any parts. What is held grows with the
 * bytes that are really there, never with a declared size, and not beyond what the listener asks for.
 */
export function createBoxScanner(listener: Listener) {
  const header = Buffer.allocUnsafe(16)
  const collection = createCollection()
  let headerLength = 0
  let offset = 0
  let box: TopBox | null = null
  let wanted: number | null = null
  let isLost = false

  return { add, end, bytes: () => offset }

  function add(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const taken = isLost ? bytes.length - at : box ? takeBody(box, bytes, at) : takeHeader(bytes, at)
      at += taken
      offset += taken
    }
  }

  /** Nothing more will come. A box that lasts to the end is complete now; any other is returned unfinished. */
  function end(): Unfinished | null {
    if (box === null && headerLength === 0) return null
    if (box?.end === Infinity) {
      finish({ ...box, end: offset }, collection.take())
      return null
    }
    const start = box?.start ?? offset - headerLength
    return { box, start, received: offset - start }
  }

  function takeHeader(bytes: Buffer, at: number): number {
    const taken = Math.min(headerNeed() - headerLength, bytes.length - at)
    bytes.copy(header, headerLength, at, at + taken)
    headerLength += taken
    if (headerLength >= 8 && headerLength === headerNeed()) beginBox(offset + taken - headerLength)
    return taken
  }

  function headerNeed(): number {
    return headerLength >= 8 && header.readUInt32BE(0) === 1 ? 16 : 8
  }

  function beginBox(start: number): void {
    const length = headerLength
    headerLength = 0
    const size = sizeOf(header)
    const type = fourCc(header, 4)
    const found = whyNot(size, length, type)
    if (found !== null) {
      isLost = true
      listener.lost(start, found)
      return
    }
    box = { type, start, bodyStart: start + length, end: start + size }
    wanted = listener.begin(box)
    if (size === length) finish(box, collection.take())
  }

  function whyNot(size: number, headerLength: number, type: string): string | null {
    if (size < headerLength) return `one of ${size} bytes`
    if (!isPrintable(header.readUInt32BE(4))) return `the bytes ${header.toString('hex', 0, 8)} (hex)`
    return listener.accepts(type) ? null : `one of the unknown type ${type}`
  }

  function takeBody(current: TopBox, bytes: Buffer, at: number): number {
    const taken = Math.min(current.end - offset, bytes.length - at)
    const isAll = taken === current.end - current.bodyStart
    // A body that arrived in one part is read where it lies.
    if (isAll && wanted !== null) finish(current, bytes.subarray(at, at + taken))
    else collect(current, bytes.subarray(at, at + taken))
    return taken
  }

  function collect(current: TopBox, more: Buffer): void {
    if (wanted !== null) collection.add(more.subarray(0, wanted + 1 - collection.length()))
    if (offset + more.length === current.end) finish(current, collection.take())
  }

  function finish(done: TopBox, body: Buffer): void {
    box = null
    listener.complete(done, wanted === null ? null : body)
  }
}

function sizeOf(header: Buffer): number {
  const size = header.readUInt32BE(0)
  if (size === 0) return Infinity
  return size === 1 ? largeAt(header, 8) : size
}
