import { createHash } from 'node:crypto'
import { CameraError } from '../camera-error.ts'
import type { RecordedUpload } from './recording.ts'

/** Passes bytes on and throws a `CameraError` at their end when they are not those that were recorded. */
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
