import type { Finding } from '../validation/finding.ts'
import { createBodyStats, statsOf } from './body-stats.ts'
import { decodeBody } from './decode-body.ts'
import { type Keeping, type Kept, keepUpload } from './keep-upload.ts'
import type { Bodies, NewInspector, StagedBody, UploadFacts } from './ports.ts'
import { createSplitter, type SplitDeps, type SplitResult } from './split-request.ts'
import { assertFits, type IncomingBody, stageBody } from './stage-body.ts'
import type { Upload } from './upload.ts'

export { assertFits, type IncomingBody } from './stage-body.ts'

/** An upload's receipt. Findings are null while the verdict is still to come. */
export interface Receipt {
  readonly upload: Upload
  readonly findings: readonly Finding[] | null
  readonly strict: boolean
}

/** Null when the body was empty: a probe of the publishing point, nothing is stored. */
export type ReceiveUpload = (facts: Omit<UploadFacts, 'id'>, body: IncomingBody) => Promise<Receipt | null>

interface Needs extends SplitDeps {
  readonly maxBytes: number
}

/** One upload, from its first byte to its receipt. */
export function receiveUploadWith(needs: Needs): ReceiveUpload {
  return async function receiveUpload(named, body) {
    assertFits(body.atOnce?.length ?? body.declaredBytes ?? 0, needs.maxBytes)
    const facts = { ...named, id: needs.newId() }
    if (body.atOnce?.length === 0) return null
    needs.openUploads.begin(facts.stream, facts.id, facts.path)
    try {
      return await receive(facts, body)
    } finally {
      needs.openUploads.end(facts.stream, facts.id)
    }
  }

  async function receive(facts: UploadFacts, body: IncomingBody): Promise<Receipt | null> {
    const { atOnce, decode } = body
    const kept = atOnce && !decode ? keepAtOnce(needs, facts, atOnce) : null
    if (kept) return receiptOf(await kept)
    await using staged = await needs.bodies.stage(facts)
    if (!decode) return await receivePlain(needs, staged, body)
    const decoded = await decodeBody(needs, staged, { ...body, decode })
    return decoded && (await receiptOf(decoded))
  }
}

/** A small body that came with its head is staged nowhere; null where it has parts that are to be recorded first. */
function keepAtOnce(needs: Needs, facts: UploadFacts, bytes: Buffer): Promise<Kept> | null {
  let parts = 0
  const onPart = ({ kind }: { kind: string }) => void (kind === 'end' || parts++)
  const arrived = statsOf(bytes, needs.newInspector({ onPart }))
  if (parts > 1) return null
  return keepUpload(
    needs,
    { facts, keep: (follow) => needs.bodies.keepAtOnce(facts, bytes, follow) },
    arrived,
  )
}

/** The parts of one long request are recorded while it comes, itself at its end. */
async function receivePlain(needs: Needs, staged: StagedBody, body: IncomingBody): Promise<Receipt | null> {
  await using cutter = createSplitter(needs, staged)
  const arrived = await stageBody(body, staged, needs, cutter)
  if (arrived.bytes === 0) return null
  const cut = await cutter.finish()
  const kept = await keepUpload(needs, staged, arrived, cut.parts > 0 ? { parts: cut.parts } : {})
  const receipt = await receiptOf(kept, cut)
  if (cut.failure) throw cut.failure
  return receipt
}

async function receiptOf({ upload, verdict }: Kept, cut?: SplitResult): Promise<Receipt> {
  const given = await verdict
  if (given === null || cut?.isPending) return { upload, findings: null, strict: given?.strict ?? false }
  const findings = cut ? [...given.findings, ...cut.errors] : given.findings
  return { upload, findings, strict: given.strict }
}

type Recovering = Keeping & { readonly bodies: Bodies; readonly newInspector: NewInspector }

/** Records what an earlier life of this process was receiving when it died as cut-off uploads; how many. */
export function recoverUploadsWith(needs: Recovering) {
  return async function recoverUploads(): Promise<number> {
    let recovered = 0
    for await (const staged of needs.bodies.leftBehind()) {
      const measure = createBodyStats(needs.newInspector())
      for await (const bytes of staged.read()) measure.add(bytes)
      await (await keepUpload(needs, staged, measure.result(false))).verdict
      await staged[Symbol.asyncDispose]()
      recovered++
    }
    return recovered
  }
}
