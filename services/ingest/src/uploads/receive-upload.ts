import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { Refusal } from '../lib/refusal.ts'
import type { Finding } from '../validation/finding.ts'
import { decodeStaged } from './body/decode-body.ts'
import { createSplitter } from './body/split-request.ts'
import { type BodyStats, type IncomingBody, measure, stageBody } from './body/stage-body.ts'
import {
  type CommittedUpload,
  type CommitUploadDeps,
  type CompleteBody,
  commitUpload,
} from './commit-upload.ts'
import type { OpenUploads } from './open-uploads.ts'
import type { StagedUpload, UploadFacts, UploadStore } from './ports.ts'
import type { StreamInterface } from './stream-interface.ts'
import type { Upload } from './upload.ts'
import { createUploadEvents, type UploadEvents, type UploadEventsDeps } from './upload-events.ts'

/** An upload's receipt. Findings are null while the verdict is still to come. */
export interface Receipt {
  readonly upload: Upload
  readonly findings: readonly Finding[] | null
  readonly strict: boolean
}

/**
 * Null when the body was empty and ended: a probe of the publishing point, nothing is stored. One that was lost before
 * its first byte is a cut-off upload. Throws the refusals `body-too-large`, `body-undecodable` (then the body is stored
 * as it came) and `stream-unknown`, and the system's error when the disk fails. Parts that were complete before stay
 * uploads.
 */
export type ReceiveUpload = (facts: Omit<UploadFacts, 'id'>, body: IncomingBody) => Promise<Receipt | null>

interface ReceiveUploadDeps extends CommitUploadDeps, UploadEventsDeps {
  readonly store: Pick<UploadStore, 'stage' | 'commit'>
  readonly openUploads: OpenUploads
  readonly interfaceOf: StreamInterface
  readonly newId: () => string
  /** By stream. */
  readonly inOrder: KeyedMutex
  readonly maxBytes: number
}

/** One upload, from its first byte to its receipt. */
export function receiveUploadWith(deps: ReceiveUploadDeps): ReceiveUpload {
  return async function receiveUpload(request, body) {
    const { buffered, decode } = body
    if (buffered?.length === 0) return null
    const facts = { ...request, id: deps.newId() }
    using _open = deps.openUploads.begin(facts.stream, facts.id, facts.path)
    using events = createUploadEvents(deps, facts, body.declaredBytes, body.exchange ?? null)
    const stats = buffered && !decode && !body.fault ? measureUnlessLong(buffered) : null
    if (buffered && stats) {
      events.received(stats.bytes)
      return await receiptOf(await commitUpload(deps, { facts, bytes: buffered, stats, events }))
    }
    await using staged = deps.store.stage(facts)
    if (decode) return await receiveCoded(deps, staged, events, { ...body, decode })
    return await receivePlain(deps, staged, events, body)
  }
}

/** Null for a body of several parts: they are uploads of their own, and are committed before it. */
function measureUnlessLong(body: Buffer): BodyStats | null {
  let parts = 0
  const stats = measure(body, ({ kind }) => {
    if (kind !== 'end') parts++
  })
  return parts > 1 ? null : stats
}

/** The parts of one long request are committed while it arrives, itself at its end. */
async function receivePlain(
  deps: ReceiveUploadDeps,
  staged: StagedUpload,
  events: UploadEvents,
  body: IncomingBody,
): Promise<Receipt | null> {
  await using splitter = createSplitter(deps, staged, body.admission ?? null)
  const stats = await stageBody(body, staged, { events, maxBytes: deps.maxBytes, parts: splitter })
  if (stats.bytes === 0 && stats.whole) return null
  const { facts } = staged
  const complete = { facts, bytes: staged, stats, events, receivedAt: deps.now() }
  const commit = (parts: number) =>
    commitUpload(deps, withFault({ ...complete, extra: parts > 0 ? { parts } : {} }, body.fault))
  const { request, failure, errors, isPending } = await splitter.finish(commit)
  const receipt = await receiptOf(request)
  if (failure) throw failure
  if (receipt.findings === null || isPending) return { ...receipt, findings: null }
  return { ...receipt, findings: [...receipt.findings, ...errors] }
}

/**
 * A body in a content coding is stored decoded; where that is impossible, because it was cut off or is broken, as it
 * came. Null when nothing comes out of it.
 */
async function receiveCoded(
  deps: ReceiveUploadDeps,
  staged: StagedUpload,
  events: UploadEvents,
  body: CodedBody,
): Promise<Receipt | null> {
  const { maxBytes } = deps
  const commit = (stats: BodyStats, extra: CompleteBody['extra'] = {}) =>
    commitUpload(deps, withFault({ facts: staged.facts, bytes: staged, stats, events, extra }, body.fault))
  const coded = await stageBody(body, staged, { events, maxBytes })
  if (!coded.whole) return receiptOf(await commit(coded))
  if (coded.bytes === 0) return null
  try {
    const limits = { codedBytes: coded.bytes, maxBytes, admission: body.admission ?? null }
    const decoded = await decodeStaged(staged, body.decode, limits)
    return decoded.bytes === 0 ? null : await receiptOf(await commit(decoded, { codedBytes: coded.bytes }))
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'body-undecodable') throw error
    const undecodable = error.message
    const { upload, verdict } = await commit({ ...coded, whole: false }, { undecodable })
    await verdict
    throw new Refusal(error.code, `kept as it came, but ${undecodable}`, { upload_id: upload.id })
  }
}

/** An upload that is refused on purpose is stored, but becomes no object: its device believes that it failed. */
function withFault(complete: CompleteBody, fault: IncomingBody['fault']): CompleteBody {
  if (!fault) return complete
  const { stats, extra } = complete
  return {
    ...complete,
    stats: { ...stats, whole: stats.whole && !fault.isRefused },
    extra: { ...extra, fault: { ...fault, isComplete: stats.whole } },
  }
}

type CodedBody = IncomingBody & { readonly decode: NonNullable<IncomingBody['decode']> }

async function receiptOf({ upload, verdict }: CommittedUpload): Promise<Receipt> {
  const { findings = null, strict = false } = (await verdict) ?? {}
  return { upload, findings, strict }
}
