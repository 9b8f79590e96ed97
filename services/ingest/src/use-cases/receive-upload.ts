import type { Finding } from '../domain/judge/finding.ts'
import type { Upload } from '../domain/upload.ts'
import { type Cut, type Cutting, createCutter } from './cut-request.ts'
import { type Keeping, type Kept, keepUpload } from './keep-upload.ts'
import { createMeasure } from './measure-body.ts'
import type { Bodies, NewInspector, StagedBody, StagedFacts } from './ports.ts'
import { receiveCoded } from './receive-coded.ts'
import { assertFits, type IncomingBody, takeIn } from './take-in.ts'

export { assertFits, type IncomingBody } from './take-in.ts'

/** An upload's receipt. Findings are null while the verdict is still to come. */
export interface Receipt {
  readonly upload: Upload
  readonly findings: readonly Finding[] | null
  readonly strict: boolean
}

/** Null when the body was empty: a probe of the publishing point, nothing is stored. */
export type ReceiveUpload = (facts: Omit<StagedFacts, 'id'>, body: IncomingBody) => Promise<Receipt | null>

interface Needs extends Cutting {
  readonly maxBytes: number
}

/** One upload, from its first byte to its receipt. */
export function receiveUploadWith(needs: Needs): ReceiveUpload {
  return async function receiveUpload(facts, body) {
    assertFits(body.declaredBytes ?? 0, needs.maxBytes)
    await using staged = await needs.bodies.stage({ ...facts, id: needs.newId() })
    const { decode } = body
    if (!decode) return await receivePlain(needs, staged, body)
    const kept = await receiveCoded(needs, staged, { ...body, decode })
    return kept && (await receiptOf(kept))
  }
}

/** The parts of one long request are recorded while it comes, itself at its end. */
async function receivePlain(needs: Needs, staged: StagedBody, body: IncomingBody): Promise<Receipt | null> {
  await using cutter = createCutter(needs, staged)
  const arrived = await takeIn(body, staged, needs, cutter)
  if (arrived.bytes === 0) return null
  const cut = await cutter.finish()
  const kept = await keepUpload(needs, staged, arrived, cut.parts > 0 ? { parts: cut.parts } : {})
  const receipt = await receiptOf(kept, cut)
  if (cut.failure) throw cut.failure
  return receipt
}

async function receiptOf({ upload, verdict }: Kept, cut?: Cut): Promise<Receipt> {
  const given = await verdict
  if (given === null || cut?.isPending) return { upload, findings: null, strict: given?.strict ?? false }
  return { upload, findings: [...given.findings, ...(cut?.errors ?? [])], strict: given.strict }
}

type Recovering = Keeping & { readonly bodies: Bodies; readonly newInspector: NewInspector }

/** Records what an earlier life of this process was receiving when it died as cut-off uploads; how many. */
export function recoverUploadsWith(needs: Recovering) {
  return async function recoverUploads(): Promise<number> {
    let recovered = 0
    for await (const staged of needs.bodies.leftBehind()) {
      const measured = createMeasure(needs.newInspector())
      for await (const bytes of staged.read()) measured.add(bytes)
      await (await keepUpload(needs, staged, measured.result(false))).verdict
      await staged[Symbol.asyncDispose]()
      recovered++
    }
    return recovered
  }
}
