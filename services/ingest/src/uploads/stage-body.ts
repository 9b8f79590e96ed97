import { Refusal } from '../lib/refusal.ts'
import { type BodyStats, createBodyStats } from './body-stats.ts'
import type { NewInspector, StagedBody } from './ports.ts'
import type { Splitter } from './split-request.ts'

/** A body as it arrives. */
export interface IncomingBody {
  /** All of it, where it is small and has come with its head; else null. */
  readonly atOnce: Buffer | null
  /**
   * It ends, or throws when the connection is lost before its end. To be asked for once, and not where it came at
   * once; bytes are lent until the next are asked for.
   */
  bytes(): AsyncIterable<Buffer>
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
export async function stageBody(
  body: IncomingBody,
  staged: StagedBody,
  { newInspector, maxBytes }: Taking,
  cutter?: Splitter,
): Promise<BodyStats> {
  const measured = createBodyStats(newInspector({ onPart: cutter?.onPart }))
  const { declaredBytes } = body
  const arriving = bytesOf(body)[Symbol.asyncIterator]()
  await using persistence = createPersistence(staged)
  while (true) {
    const next = await arriving.next().catch(() => null)
    if (next === null) cutter?.stop()
    if (next === null || next.done) return measured.result(next !== null)
    const isFirst = measured.bytes() === 0
    measured.add(next.value)
    assertFits(measured.bytes(), maxBytes)
    await staged.write(next.value)
    if (isFirst && measured.bytes() !== declaredBytes) persistence.begin(declaredBytes)
    await cutter?.proceed()
  }
}

/** From the first byte on, however they came. */
export async function* bytesOf({
  atOnce,
  bytes,
}: Pick<IncomingBody, 'atOnce' | 'bytes'>): AsyncIterable<Buffer> {
  if (atOnce) yield atOnce
  else yield* bytes()
}

/** Makes a crash leave what has come of a body that takes its time: of a large one at once, else soon. */
function createPersistence(staged: StagedBody) {
  let timer: NodeJS.Timeout | undefined
  let persisted: Promise<void> | null = null
  return {
    begin(declaredBytes: number | null): void {
      if (declaredBytes === null || declaredBytes > maxAtOnce) persist()
      else timer = setTimeout(persist, soonMs)
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      await persisted
    },
  }

  function persist(): void {
    persisted = staged.persistFacts()
    // Whoever waits for it hears of it; until then it counts as heard.
    persisted.catch(() => undefined)
  }
}

const maxAtOnce = 4_194_304
const soonMs = 250

/** Refuses what is over the limit, be it announced or arrived. */
export function assertFits(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Refusal('body-too-large', `an upload may have up to ${maxBytes} bytes`)
}
