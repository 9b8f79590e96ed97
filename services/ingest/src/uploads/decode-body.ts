import { Refusal } from '../lib/refusal.ts'
import { type BodyStats, createBodyStats, type Measure } from './body-stats.ts'
import { type Keeping, type Kept, keepUpload } from './keep-upload.ts'
import type { NewInspector, StagedBody } from './ports.ts'
import { assertFits, type IncomingBody, stageBody } from './stage-body.ts'

interface Needs extends Keeping {
  readonly newInspector: NewInspector
  readonly maxBytes: number
}

type Decode = NonNullable<IncomingBody['decode']>

/** No manifest and no media inflate to more than this many times their size, unless they are small. */
const maxInflation = 100
const alwaysFine = 64 * 1_048_576

/**
 * A body in a content coding. What is kept is what it says; where that cannot be told, because it was cut off
 * or is broken, it is kept as it came. Null when it says nothing.
 */
export async function decodeBody(
  needs: Needs,
  staged: StagedBody,
  body: IncomingBody & { readonly decode: Decode },
): Promise<Kept | null> {
  const came = await stageBody(body, staged, needs)
  if (came.bytes === 0) return null
  if (!came.whole) return keepUpload(needs, staged, came)
  try {
    const said = await undo(body.decode, staged, came.bytes, needs)
    return said.bytes === 0 ? null : await keepUpload(needs, staged, said, { codedBytes: came.bytes })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'body-undecodable') throw error
    const undecodable = error.message
    const { upload, verdict } = await keepUpload(needs, staged, { ...came, whole: false }, { undecodable })
    await verdict
    throw new Refusal(error.code, `kept as it came, but ${undecodable}`, { upload_id: upload.id })
  }
}

async function undo(
  decode: Decode,
  staged: StagedBody,
  codedBytes: number,
  { newInspector, maxBytes }: Needs,
): Promise<BodyStats> {
  const measured = createBodyStats(newInspector())
  const most = Math.min(maxBytes, Math.max(alwaysFine, codedBytes * maxInflation))
  await staged.replace(upTo(most, decode(staged.read()), measured))
  return measured.result(true)
}

async function* upTo(most: number, bytes: AsyncIterable<Buffer>, measured: Measure): AsyncIterable<Buffer> {
  for await (const more of bytes) {
    measured.add(more)
    assertFits(measured.bytes(), most)
    yield more
  }
}
