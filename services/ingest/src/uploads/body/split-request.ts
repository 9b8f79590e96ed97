import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import type { Part } from '../../media/isobmff/segmenter.ts'
import { excerpt, type Finding } from '../../validation/finding.ts'
import { type CommittedUpload, type CommitUploadDeps, commitUpload } from '../commit-upload.ts'
import { partFolderOf } from '../part-path.ts'
import type { Verdict } from '../pending-verdicts.ts'
import type { StagedUpload, UploadAdmission, UploadStore } from '../ports.ts'
import type { StreamInterface } from '../stream-interface.ts'
import { createUploadEvents, type UploadEventsDeps } from '../upload-events.ts'
import { createBodyMeter, type PartListener } from './stage-body.ts'

/** The request waits while more complete parts than this wait to be committed. */
const maxWaiting = 16
const maxErrors = 20
const nothingFound = { failure: null, errors: [], isPending: false }

interface SplitDeps extends CommitUploadDeps, UploadEventsDeps {
  readonly store: Pick<UploadStore, 'stage' | 'commit'>
  readonly interfaceOf: StreamInterface
  readonly newId: () => string
  /** By stream: parts are recorded in the order in which they were complete, in whichever request. */
  readonly inOrder: KeyedMutex
}

/** Makes uploads of the parts of one long request, in their order, while it is still arriving. Never throws. */
interface Splitter extends PartListener, AsyncDisposable {
  /**
   * Commits the request behind its parts; `parts` is how many uploads these became, 0 where it is not long. Resolves
   * when every part has its verdict, or has waited long enough for it. Throws what `commit` throws.
   */
  finish(commit: (parts: number) => Promise<CommittedUpload>): Promise<SplitResult>
}

interface SplitResult {
  readonly request: CommittedUpload
  /** The error that kept a part from becoming an upload; null for none. */
  readonly failure: Error | null
  /** The first errors found in the parts, each with its part's name before it. */
  readonly errors: readonly Finding[]
  /** Whether a verdict took too long. */
  readonly isPending: boolean
}

/** Only what carries a header and media, or more than one segment, is split (DASH-IF Ingest 1.2, 6.2-3). */
export function createSplitter(
  deps: SplitDeps,
  staged: StagedUpload,
  admission: UploadAdmission | null,
): Splitter {
  const parts = createParts(deps, staged, admission)
  const complete: CompletePart[] = []
  let isLong = false
  let isLost = false
  let staging: PromiseWithResolvers<boolean> | null = null
  return { onPart, onStaged, onLost, finish, [Symbol.asyncDispose]: dispose }

  /** Gives parts their turns now, not when they are staged: those of another request may be complete meanwhile. */
  function onPart(part: Part): void {
    if (isLost) return
    complete.push({ ...part, receivedAt: deps.now() })
    isLong ||= complete.filter(({ kind }) => kind !== 'end').length > 1
    if (!isLong) return
    staging ??= Promise.withResolvers()
    for (const each of complete.splice(0)) parts.add(each, staging.promise)
  }

  function onLost(): void {
    isLost = true
  }

  async function onStaged(): Promise<void> {
    endStaging(true)
    if (parts.waiting() > maxWaiting) await parts.settled()
  }

  function endStaging(isStaged: boolean): void {
    staging?.resolve(isStaged)
    staging = null
  }

  async function finish(commit: (parts: number) => Promise<CommittedUpload>): Promise<SplitResult> {
    endStaging(true)
    if (!isLong) return { request: await commit(0), ...nothingFound }
    const request = await deps.inOrder(staged.facts.stream, () => commit(parts.committed()))
    return { request, ...(await parts.result()) }
  }

  async function dispose(): Promise<void> {
    endStaging(false)
    await parts.settled()
  }
}

/** A part, and when its last byte came. */
type CompletePart = Part & { readonly receivedAt: Date }

/** Commits parts one after the other; the first failure ends that. */
function createParts(deps: SplitDeps, request: StagedUpload, admission: UploadAdmission | null) {
  const verdicts = createPartVerdicts()
  let folder: Promise<string | null> | null = null
  let last = Promise.resolve()
  let waiting = 0
  let segments = 0
  let parts = 0
  let failure: Error | null = null
  return { add, waiting: () => waiting, settled: () => last, committed: () => parts, result }

  /** `isStaged` resolves to false where the bytes of the part were not stored. */
  function add(part: CompletePart, isStaged: Promise<boolean>): void {
    waiting++
    last = deps.inOrder(request.facts.stream, commitInTurn).finally(() => waiting--)

    async function commitInTurn(): Promise<void> {
      if (await isStaged) await commitUnlessFailed(part)
    }
  }

  async function commitUnlessFailed(part: CompletePart): Promise<void> {
    if (failure) return
    try {
      folder ??= partFolder(deps, request)
      const into = await folder
      if (into) await commitPart(into, part)
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  async function commitPart(into: string, { kind, from, to, receivedAt }: CompletePart): Promise<void> {
    const name = kind === 'segment' ? `${++segments}.m4s` : `${kind}.mp4`
    const facts = factsOf(`${into}/${name}`, from)
    using events = createUploadEvents(deps, facts, null, null)
    await using staged = deps.store.stage(facts)
    const meter = createBodyMeter({ isPart: true })
    for await (const bytes of request.read({ from, to })) {
      meter.add(bytes)
      events.received(bytes.length)
      await staged.write(bytes)
    }
    const stats = meter.result(true)
    const { verdict } = await commitUpload(deps, { facts, bytes: staged, stats, events, receivedAt })
    parts++
    admission?.storedPart(to - from)
    verdicts.add(name, verdict)
  }

  /** The request's headers stay with the request: there may be more of them than bytes in a part. */
  function factsOf(path: string, from: number) {
    const { facts } = request
    const part = { of: facts.id, from }
    return { ...facts, id: deps.newId(), path, sender: { ...facts.sender, headers: [] }, part }
  }

  async function result(): Promise<Omit<SplitResult, 'request'>> {
    return { failure, ...(await verdicts.result()) }
  }
}

/** Null where the request is not split: on another interface, or where the parts' names would be too long. */
async function partFolder({ interfaceOf }: SplitDeps, { facts }: StagedUpload): Promise<string | null> {
  const isSplit = (await interfaceOf(facts.stream)) === 'cmaf-ingest'
  return isSplit ? partFolderOf(facts.path, facts.id) : null
}

/** Takes verdicts as they come; holds no more than those still to come and the first errors. */
function createPartVerdicts() {
  const pending = new Set<Promise<void>>()
  const errors: Finding[] = []
  let isPending = false
  return {
    add(name: string, verdict: Promise<Verdict | null>): void {
      const taken = verdict.then((found) => take(name, found))
      pending.add(taken)
      void taken.then(() => pending.delete(taken))
    },
    async result(): Promise<Pick<SplitResult, 'errors' | 'isPending'>> {
      await Promise.all(pending)
      return { errors, isPending }
    },
  }

  function take(name: string, verdict: Verdict | null): void {
    if (verdict === null) isPending = true
    const wrong = (verdict?.findings ?? []).filter(({ severity }) => severity === 'error')
    const named = wrong.map((finding) => ({ ...finding, message: `${name}: ${excerpt(finding.message)}` }))
    errors.push(...named.slice(0, maxErrors - errors.length))
  }
}
