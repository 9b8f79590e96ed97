import { type ByteSource, boxesUntil } from './boxes.ts'
import {
  type InputKind,
  inputKindOf,
  isTransportStream,
  kindHeadBytes,
  settlesInputKind,
} from './input-kind.ts'

const maxInitBytes = 16 * 2 ** 20

/** Finds out the kind from the first bytes and the box headers; reads no more, however large the upload is. */
export async function readInputKind(source: ByteSource): Promise<InputKind> {
  const head = await source.read(0, kindHeadBytes)
  if (isTransportStream(head)) return 'transport-stream'
  return inputKindOf((await boxesUntil(source, settlesInputKind)).map((box) => box.type))
}

/** The bytes up to the end of moov; null when the upload has no moov, or its moov ends after 16 MiB. */
export async function readInit(source: ByteSource): Promise<Buffer | null> {
  const boxes = await boxesUntil(source, (type) => type === 'moov')
  const last = boxes.at(-1)
  if (last?.type !== 'moov' || last.end > maxInitBytes) return null
  return source.read(0, last.end)
}

/** All bytes. Throws when there are more than `maxBytes`. */
export async function readWhole(source: ByteSource, maxBytes: number): Promise<Buffer> {
  if (source.size > maxBytes) throw new Error(`an upload of ${source.size} bytes is too large to be opened`)
  return source.read(0, source.size)
}

/** Bytes in memory as a source. */
export const byteSourceOf = (bytes: Buffer): ByteSource => ({
  size: bytes.length,
  read: async (start, length) => bytes.subarray(start, start + length),
})
