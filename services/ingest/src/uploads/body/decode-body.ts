import type { StagedUpload } from '../ports.ts'
import {
  assertFits,
  type BodyMeter,
  type BodyStats,
  createBodyMeter,
  type IncomingBody,
} from './stage-body.ts'

/** No manifest and no media inflate to more than this many times their size, unless they are small. */
const maxInflation = 100
const smallBytes = 64 * 1_048_576

/**
 * Undoes the content coding of a staged body, in its place. Throws the refusals `body-undecodable` and, when more than
 * `maxBytes` or an unlikely multiple of `codedBytes` comes out, `body-too-large`; then what is staged stays as it came.
 */
export async function decodeStaged(
  staged: StagedUpload,
  decode: NonNullable<IncomingBody['decode']>,
  { codedBytes, maxBytes }: { readonly codedBytes: number; readonly maxBytes: number },
): Promise<BodyStats> {
  const meter = createBodyMeter()
  const maxDecodedBytes = Math.min(maxBytes, Math.max(smallBytes, codedBytes * maxInflation))
  await staged.replace(limited(decode(staged.read()), meter, maxDecodedBytes))
  return meter.result(true)
}

async function* limited(
  bytes: AsyncIterable<Buffer>,
  meter: BodyMeter,
  maxBytes: number,
): AsyncIterable<Buffer> {
  for await (const more of bytes) {
    meter.add(more)
    assertFits(meter.bytes(), maxBytes)
    yield more
  }
}
