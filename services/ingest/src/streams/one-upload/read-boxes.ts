import { createSemaphore } from '../../lib/semaphore.ts'
import type { BoxNode } from '../../media/isobmff/tree/box-node.ts'
import {
  type BoxBudget,
  type BoxHeader,
  boxNodeOf,
  readBoxHeader,
} from '../../media/isobmff/tree/box-tree.ts'
import type { OpenedUpload, OpenUpload } from '../../uploads/ports.ts'

/** A page of an upload's boxes. */
interface BoxPage {
  /** Length of the upload. */
  readonly bytes: number
  readonly boxes: readonly BoxNode[]
  /** Where the next page begins; null at the end. */
  readonly nextAt: number | null
}

/** Reads whole top-level boxes from a byte on, up to about `limit` boxes. Throws the refusal `object-unknown`. */
export type ReadBoxes = (stream: string, upload: string, at: number, limit: number) => Promise<BoxPage>

/** The limit that the inspector has for a moov. */
const maxBodyBytes = 1_048_576
const maxTopLevel = 2_000
/** How many bodies of boxes are in memory at the same time. */
const maxBodies = 4

export function readBoxesWith(open: OpenUpload): ReadBoxes {
  const readBody = createSemaphore(maxBodies)
  return async function readBoxes(stream, upload, from, limit) {
    await using file = await open(stream, upload)
    const budget = { left: Math.min(limit, maxTopLevel) }
    const boxes: BoxNode[] = []
    let at = from
    while (at < file.bytes && budget.left > 0) {
      const node = await boxAt(file, at, budget, readBody)
      boxes.push(node)
      at = node.at + node.size
      if (node.fault !== null && node.type === noType) at = file.bytes
    }
    return { bytes: file.bytes, boxes, nextAt: at < file.bytes ? at : null }
  }
}

const noType = ''

async function boxAt(
  file: OpenedUpload,
  at: number,
  budget: BoxBudget,
  readBody: ReturnType<typeof createSemaphore>,
): Promise<BoxNode> {
  const header = readBoxHeader(await file.read(at, 16), 0)
  if (!header) return noBoxAt(file, at, budget)
  const size = header.size === 0 ? file.bytes - at : header.size
  const end = Math.min(at + size, file.bytes)
  const isCut = at + size > file.bytes
  const isOpaque = header.type === 'mdat' || size - header.headerSize > maxBodyBytes
  if (isOpaque || isCut) return opaqueBox(header, at, end - at, isCut ? size : null, budget)
  return readBody(async () => {
    const body = await file.read(at + header.headerSize, size - header.headerSize)
    return boxNodeOf(header, body, at, budget)
  })
}

function opaqueBox(
  { type, headerSize }: BoxHeader,
  at: number,
  size: number,
  announced: number | null,
  budget: BoxBudget,
): BoxNode {
  budget.left -= 1
  const fault = announced === null ? null : `expected ${announced} bytes, ${size} came`
  return { type, at, size, headerSize, fields: null, children: [], fault }
}

function noBoxAt(file: OpenedUpload, at: number, budget: BoxBudget): BoxNode {
  budget.left -= 1
  const size = file.bytes - at
  return { type: noType, at, size, headerSize: 0, fields: null, children: [], fault: 'no box begins here' }
}
