import { createHash } from 'node:crypto'
import { CameraError } from '../camera-error.ts'
import type { RecordedUpload } from './recording.ts'

/** Yields the bytes of a body. Throws a `CameraError` after the last one when they are not the recorded bytes. */
export async function* checkedBody(
  { path, bytes, sha256 }: RecordedUpload,
  parts: AsyncIterable<Buffer>,
): AsyncIterable<Buffer> {
  const hash = createHash('sha256')
  let received = 0
  for await (const part of parts) {
    received += part.length
    hash.update(part)
    yield part
  }
  if (received !== bytes) throw new CameraError(`the body of ${path} has ${received} of ${bytes} bytes`)
  if (hash.digest('hex') !== sha256)
    throw new CameraError(`the body of ${path} is not the one that was recorded`)
}
