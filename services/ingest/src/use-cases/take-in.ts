import { Refusal } from '../domain/refusal.ts'
import type { Cutter } from './cut-request.ts'
import { type Arrived, createMeasure } from './measure-body.ts'
import type { NewInspector, StagedBody } from './ports.ts'

/** A body as it arrives: it ends, or throws when the connection is lost before its end. */
export interface IncomingBody {
  readonly bytes: AsyncIterable<Buffer>
  /** Content-Length; null when the end is announced later. */
  readonly declaredBytes: number | null
  /** Undoes the body's content coding; null where it has none. Throws the refusal `body-undecodable`. */
  readonly decode: ((coded: AsyncIterable<Buffer>) => AsyncIterable<Buffer>) | null
}

interface Taking {
  readonly newInspector: NewInspector
  readonly maxBytes: number
}

/** Stages a body up to its end, or up to where the connection is lost. */
export async function takeIn(
  { bytes, declaredBytes }: IncomingBody,
  staged: StagedBody,
  { newInspector, maxBytes }: Taking,
  cutter?: Cutter,
): Promise<Arrived> {
  const measured = createMeasure(newInspector({ onPiece: cutter?.onPiece }))
  const arriving = bytes[Symbol.asyncIterator]()
  while (true) {
    const next = await arriving.next().catch(() => null)
    if (next === null) cutter?.stop()
    if (next === null || next.done) return measured.result(next !== null)
    const isFirst = measured.bytes() === 0
    measured.add(next.value)
    assertFits(measured.bytes(), maxBytes)
    await staged.write(next.value)
    if (isFirst && isLong(declaredBytes)) await staged.persistFacts()
    await cutter?.proceed()
  }
}

/** What may take its time: a crash in the middle leaves what came of it. */
const isLong = (declaredBytes: number | null): boolean => declaredBytes === null || declaredBytes > mostAtOnce
const mostAtOnce = 65_536

/** Refuses what is over the limit, be it announced or arrived. */
export function assertFits(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Refusal('body-too-large', `an upload may have up to ${maxBytes} bytes`)
}
