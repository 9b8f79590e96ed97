import { createHash } from 'node:crypto'
import type { Finding } from '../domain/judge/finding.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Upload } from '../domain/upload.ts'
import type { Inspections } from './inspect-upload.ts'
import type { Bodies, MediaInspection, NewInspector, StagedBody, StagedFacts, View } from './ports.ts'
import type { RecordEntry } from './record-entry.ts'
import type { Verdict } from './verdict-board.ts'

/** An upload's receipt. Findings are null while the verdict is still to come. */
export interface Receipt {
  readonly upload: Upload
  readonly findings: readonly Finding[] | null
  readonly strict: boolean
}

/** A body as it arrives: it ends, or throws when the connection is lost before its end. */
export interface IncomingBody {
  readonly bytes: AsyncIterable<Buffer>
  /** Content-Length; null when the end is announced later. */
  readonly declaredBytes: number | null
}

/** Null when the body was empty: a probe of the publishing point, nothing is stored. */
export type ReceiveUpload = (facts: Omit<StagedFacts, 'id'>, body: IncomingBody) => Promise<Receipt | null>

interface Needs {
  readonly bodies: Bodies
  readonly view: View
  readonly newInspector: NewInspector
  readonly inspections: Inspections
  readonly record: RecordEntry
  readonly newId: () => string
  readonly now: () => Date
  readonly maxBytes: number
}

/** One upload, from its first byte to its receipt. */
export function receiveUploadWith(needs: Needs): ReceiveUpload {
  const { bodies, maxBytes } = needs
  return async function receiveUpload(facts, body) {
    assertFits(body.declaredBytes ?? 0, maxBytes)
    await using staged = await bodies.stage({ ...facts, id: needs.newId() })
    const arrived = await takeIn(body, staged, needs)
    if (arrived.bytes === 0) return null
    const { upload, verdict } = await keepWith(needs, staged, arrived)
    return { upload, findings: verdict?.findings ?? null, strict: verdict?.strict ?? false }
  }
}

/** Records what an earlier life of this process was receiving when it died as cut-off uploads; how many. */
export function recoverUploadsWith(needs: Omit<Needs, 'newId' | 'maxBytes'>) {
  return async function recoverUploads(): Promise<number> {
    let recovered = 0
    for await (const staged of needs.bodies.leftBehind()) {
      const measured = createMeasure(needs.newInspector)
      for await (const bytes of staged.read()) measured.add(bytes)
      await keepWith(needs, staged, measured.result(false))
      await staged[Symbol.asyncDispose]()
      recovered++
    }
    return recovered
  }
}

interface Arrived extends Pick<Upload, 'bytes' | 'sha256' | 'whole'> {
  readonly seen: MediaInspection
}

async function takeIn(
  body: IncomingBody,
  staged: StagedBody,
  { newInspector, maxBytes }: Pick<Needs, 'newInspector' | 'maxBytes'>,
): Promise<Arrived> {
  const measured = createMeasure(newInspector)
  const arriving = body.bytes[Symbol.asyncIterator]()
  while (true) {
    const next = await arriving.next().catch(() => null)
    if (next === null) return measured.result(false)
    if (next.done) return measured.result(true)
    const isFirst = measured.bytes() === 0
    measured.add(next.value)
    assertFits(measured.bytes(), maxBytes)
    await staged.write(next.value)
    if (isFirst && measured.bytes() !== body.declaredBytes) await staged.persistFacts()
  }
}

function createMeasure(newInspector: NewInspector) {
  const hash = createHash('sha256')
  const inspector = newInspector()
  let bytes = 0
  return {
    bytes: () => bytes,
    add(more: Buffer) {
      hash.update(more)
      inspector.add(more)
      bytes += more.length
    },
    result: (whole: boolean): Arrived => ({
      bytes,
      sha256: hash.digest('hex'),
      whole,
      seen: inspector.result(),
    }),
  }
}

/** Body first, then its journal line: a crash between the two leaves a file without a name, never a name without a file. */
async function keepWith(
  { view, record, inspections, now }: Pick<Needs, 'view' | 'record' | 'inspections' | 'now'>,
  staged: StagedBody,
  { seen, ...arrived }: Arrived,
): Promise<{ upload: Upload; verdict: Verdict | null }> {
  const { stream, ...facts } = staged.facts
  await staged.keep()
  const upload = { ...facts, receivedAt: now().toISOString(), ...arrived, kind: seen.kind }
  inspections.put(upload.id, seen)
  const verdict = await record(stream, { kind: 'upload', id: upload.id, upload }, async () => {
    if (upload.whole) await view.point(stream, upload.path, upload.id)
  })
  return { upload, verdict }
}

/** Refuses what is over the limit, be it announced or arrived. */
export function assertFits(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Refusal('body-too-large', `an upload may have up to ${maxBytes} bytes`)
}
