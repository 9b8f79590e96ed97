import { createHash, hash } from 'node:crypto'
import type { FaultHit } from '../../faults/fault-rule.ts'
import { Refusal } from '../../lib/refusal.ts'
import {
  createInspector,
  type InspectorOptions,
  type MediaInspection,
} from '../../media/isobmff/inspector.ts'
import type { Part } from '../../media/isobmff/segmenter.ts'
import type { StagedUpload, UploadAdmission } from '../ports.ts'
import type { Upload } from '../upload.ts'
import type { UploadEvents } from '../upload-events.ts'

/** A body as it arrives. */
export interface IncomingBody {
  /** The whole body, where it is small and has come with its head; else null. */
  readonly buffered: Buffer | null
  /**
   * The bytes as they come. Iterating throws where the connection is lost before the end. To be called once, and not where
   * the body is buffered; nothing else uses the memory of the bytes.
   */
  bytes(): AsyncIterable<Buffer>
  /** Content-Length; null when the end is announced later. */
  readonly declaredBytes: number | null
  /** The response to the request of the body, which only its adapter looks into; null, or absent, for none. */
  readonly exchange?: object | null
  /** Undoes the body's content coding; null where it has none. Throws the refusal `body-undecodable`. */
  readonly decode: ((coded: AsyncIterable<Buffer>) => AsyncIterable<Buffer>) | null
  /** Null, or absent, where nothing limits what is stored. */
  readonly admission?: UploadAdmission | null
  /** What the server does to the upload on purpose; null, or absent, for nothing. */
  readonly fault?: Omit<FaultHit, 'isComplete'> | null
}

/** What is known of a body once it has arrived. */
export interface BodyStats extends Pick<Upload, 'bytes' | 'sha256' | 'whole'> {
  readonly inspection: MediaInspection
}

/** Counts, hashes and inspects bytes as they flow by. */
export interface BodyMeter {
  add(bytes: Buffer): void
  bytes(): number
  /** Call this once; `whole` is false where the connection was lost. */
  result(whole: boolean): BodyStats
}

/** Follows a body while it is staged, to split it. */
export interface PartListener {
  /** A part is complete; its bytes need not be staged yet. */
  onPart(part: Part): void
  /** All bytes of the parts so far are staged. The body waits until this resolves. */
  onStaged(): Promise<void>
  /** The connection was lost: a part that ends from here on has no end of its own. */
  onLost(): void
}

interface StageBodyOptions {
  readonly events: UploadEvents
  readonly maxBytes: number
  readonly parts?: PartListener | undefined
}

/**
 * Stages a body up to its end, or up to where the connection is lost. Throws the refusal `body-too-large` when more
 * than `maxBytes` come, and what `UploadAdmission.received` and `StagedUpload.write` throw.
 */
export async function stageBody(
  body: IncomingBody,
  staged: StagedUpload,
  { events, maxBytes, parts }: StageBodyOptions,
): Promise<BodyStats> {
  const meter = createBodyMeter({ onPart: parts?.onPart })
  const { declaredBytes } = body
  const arriving = bytesOf(body)[Symbol.asyncIterator]()
  await using persistence = createPersistence(staged)
  while (true) {
    const next = await arriving.next().catch(() => null)
    if (next === null) parts?.onLost()
    if (next === null || next.done) return meter.result(next !== null)
    const isFirst = meter.bytes() === 0
    meter.add(next.value)
    assertFits(meter.bytes(), maxBytes)
    if (body.admission) await body.admission.received(next.value.length)
    events.received(next.value.length)
    await staged.write(next.value)
    if (isFirst && meter.bytes() !== declaredBytes) persistence.begin(declaredBytes)
    if (parts) await parts.onStaged()
  }
}

async function* bytesOf({ buffered, bytes }: IncomingBody): AsyncIterable<Buffer> {
  if (buffered) yield buffered
  else yield* bytes()
}

export function createBodyMeter(options?: InspectorOptions): BodyMeter {
  const digest = createHash('sha256')
  const inspector = createInspector(options)
  let bytes = 0
  return {
    add(more) {
      digest.update(more)
      inspector.add(more)
      bytes += more.length
    },
    bytes: () => bytes,
    result: (whole) => ({ bytes, sha256: digest.digest('hex'), whole, inspection: inspector.result() }),
  }
}

/** The stats of a whole body in memory. */
export function measure(body: Buffer, onPart: (part: Part) => void): BodyStats {
  const inspector = createInspector({ onPart })
  inspector.add(body)
  return { bytes: body.length, sha256: hash('sha256', body), whole: true, inspection: inspector.result() }
}

/**
 * Persists the facts of a body that takes its time, so that a crash leaves what has come: a large body at once, others
 * soon.
 */
function createPersistence(staged: StagedUpload) {
  let timer: NodeJS.Timeout | undefined
  let persisted: Promise<void> | null = null
  return {
    begin(declaredBytes: number | null): void {
      if (declaredBytes === null || declaredBytes > maxUnpersistedBytes) persist()
      else timer = setTimeout(persist, persistDelayMs)
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      await persisted
    },
  }

  function persist(): void {
    persisted = staged.persistFacts()
    // Disposal throws its failure; until then it is no unhandled rejection.
    persisted.catch(() => undefined)
  }
}

const maxUnpersistedBytes = 4_194_304
const persistDelayMs = 250

/** Throws the refusal `body-too-large` for a number of bytes that is over the limit. */
export function assertFits(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Refusal('body-too-large', `an upload may have up to ${maxBytes} bytes`)
}
