import { type Bytes, boxesUntil } from './boxes.ts'
import { isTransportStream, type Shape, settlesShape, shapeHeadBytes, shapeOf } from './shape.ts'

const maxInitBytes = 16 * 2 ** 20

/** However large an upload is, only its first bytes and its box headers are read. */
export async function shapeIn(bytes: Bytes): Promise<Shape> {
  if (isTransportStream(await bytes.at(0, shapeHeadBytes))) return 'transport-stream'
  const boxes = await boxesUntil(bytes, settlesShape)
  return shapeOf(boxes.map((box) => box.type))
}

/** Everything up to the end of moov; null where there is none, or it is beyond any reason. */
export async function initIn(bytes: Bytes): Promise<Buffer | null> {
  const boxes = await boxesUntil(bytes, (type) => type === 'moov')
  const last = boxes.at(-1)
  if (last?.type !== 'moov' || last.end > maxInitBytes) return null
  return bytes.at(0, last.end)
}
