import { Refusal } from '../domain/refusal.ts'
import { type Keeping, type Kept, keepUpload } from './keep-upload.ts'
import { type Arrived, createMeasure } from './measure-body.ts'
import type { Bodies, NewInspector, StagedBody } from './ports.ts'
import { assertFits, type IncomingBody, takeIn } from './take-in.ts'

interface Needs extends Keeping {
  readonly bodies: Bodies
  readonly newInspector: NewInspector
  readonly newId: () => string
  readonly maxBytes: number
}

/** No manifest and no media inflate to more than this many times their size, unless they are small. */
const mostInflation = 100
const alwaysFine = 64 * 1_048_576

/**
 * A body in a content coding. What is kept is what it says; where that cannot be told, because it was cut off
 * or is broken, it is kept as it came. Null when it says nothing.
 */
export async function receiveCoded(
  needs: Needs,
  coded: StagedBody,
  body: IncomingBody & { readonly decode: NonNullable<IncomingBody['decode']> },
): Promise<Kept | null> {
  const came = await takeIn(body, coded, needs)
  if (came.bytes === 0) return null
  if (!came.whole) return keepUpload(needs, coded, came)

  await using plain = await needs.bodies.stage({ ...coded.facts, id: needs.newId() })
  try {
    const said = await write(body.decode(coded.read()), plain, came.bytes, needs)
    return said.bytes === 0 ? null : await keepUpload(needs, plain, said, { codedBytes: came.bytes })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'body-undecodable') throw error
    const undecodable = error.message
    const { upload, verdict } = await keepUpload(needs, coded, { ...came, whole: false }, { undecodable })
    await verdict
    throw new Refusal(error.code, `kept as it came, but ${undecodable}`, { upload_id: upload.id })
  }
}

async function write(
  bytes: AsyncIterable<Buffer>,
  plain: StagedBody,
  codedBytes: number,
  { newInspector, maxBytes }: Needs,
): Promise<Arrived> {
  const measured = createMeasure(newInspector())
  const most = Math.min(maxBytes, Math.max(alwaysFine, codedBytes * mostInflation))
  for await (const more of bytes) {
    measured.add(more)
    assertFits(measured.bytes(), most)
    await plain.write(more)
  }
  return measured.result(true)
}
