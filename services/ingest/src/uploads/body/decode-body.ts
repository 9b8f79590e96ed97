import type { StagedUpload, UploadAdmission } from '../ports.ts'
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

interface DecodingLimits {
  readonly codedBytes: number
  readonly maxBytes: number
  /** Null where nothing limits what is stored. */
  readonly admission: UploadAdmission | null
}

/**
 * Undoes the content coding of a staged body, in its place. Throws the refusals `body-undecodable` and, when more than
 * `maxBytes` or an unlikely multiple of `codedBytes` comes out, `body-too-large`; then what is staged stays as it came.
 * Throws what `UploadAdmission.decoded` throws.
 */
export async function decodeStaged(
  staged: StagedUpload,
  decode: NonNullable<IncomingBody['decode']>,
  limits: DecodingLimits,
): Promise<BodyStats> {
  const meter = createBodyMeter()
  await staged.replace(limited(decode(staged.read()), meter, limits))
  return meter.result(true)
}

async function* limited(
  bytes: AsyncIterable<Buffer>,
  meter: BodyMeter,
  { codedBytes, maxBytes, admission }: DecodingLimits,
): AsyncIterable<Buffer> {
  const maxDecodedBytes = Math.min(maxBytes, Math.max(smallBytes, codedBytes * maxInflation))
  for await (const piece of bytes) {
    const moreBefore = Math.max(0, meter.bytes() - codedBytes)
    meter.add(piece)
    assertFits(meter.bytes(), maxDecodedBytes)
    const more = Math.max(0, meter.bytes() - codedBytes) - moreBefore
    if (admission) await admission.decoded(piece.length, more)
    yield piece
  }
}
