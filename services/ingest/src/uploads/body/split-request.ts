import type { Part } from '../../media/isobmff/segmenter.ts'
import { excerpt, type Finding } from '../../validation/finding.ts'
import { type CommitUploadDeps, commitUpload } from '../commit-upload.ts'
import { partFolderOf } from '../part-path.ts'
import type { Verdict } from '../pending-verdicts.ts'
import type { StagedUpload, UploadAdmission, UploadStore } from '../ports.ts'
import type { StreamInterface } from '../stream-interface.ts'
import { createUploadEvents, type UploadEventsDeps } from '../upload-events.ts'
import { createBodyMeter, type PartListener } from './stage-body.ts'

/** The request waits while more complete parts than this wait to be committed. */
const maxWaiting = 16
const maxErrors = 20

interface SplitDeps extends CommitUploadDeps, UploadEventsDeps {
  readonly store: Pick<UploadStore, 'stage' | 'commit'>
  readonly interfaceOf: StreamInterface
  readonly newId: () => string
}

/** Makes uploads of the parts of one long request, in their order, while it is still arriving. Never throws. */
interface Splitter extends PartListener, AsyncDisposable {
  /** Resolves when every part is committed and has its verdict, or has waited long enough for it. */
  finish(): Promise<SplitResult>
}

interface SplitResult {
  /** The number of uploads that the parts became; 0 where the request is not long. */
  readonly parts: number
  /** The error that kept a part from becoming one; null for none. */
  readonly failure: Error | null
  /** The first errors found in the parts, each with its part's name before it. */
  readonly errors: readonly Finding[]
  /** Whether a verdict took too long. */
  readonly isPending: boolean
}

/** Only what carries a header and media, or more than one segment, is split (DASH-IF Ingest 1.2, 6.2-3). */
export function createSplitter(
  deps: SplitDeps,
  request: StagedUpload,
  admission: UploadAdmission | null,
): Splitter {
  const parts = createParts(deps, request, admission)
  const complete: Part[] = []
  let isLong = false
  let isLost = false
  return { onPart, onStaged, onLost, finish, [Symbol.asyncDispose]: parts.settled }

  function onPart(part: Part): void {
    if (!isLost) complete.push(part)
  }

  function onLost(): void {
    isLost = true
  }

  async function onStaged(): Promise<void> {
    addComplete()
    if (parts.waiting() > maxWaiting) await parts.settled()
  }

  function addComplete(): void {
    isLong ||= complete.filter(({ kind }) => kind !== 'end').length > 1
    if (isLong) for (const part of complete.splice(0)) parts.add(part)
  }

  function finish(): Promise<SplitResult> {
    addComplete()
    return parts.result()
  }
}

/** Commits parts one after the other; the first failure ends that. */
function createParts(deps: SplitDeps, request: StagedUpload, admission: UploadAdmission | null) {
  const verdicts = createPartVerdicts()
  let folder: Promise<string | null> | null = null
  let last = Promise.resolve()
  let waiting = 0
  let segments = 0
  let parts = 0
  let failure: Error | null = null
  return { add, waiting: () => waiting, settled: () => last, result }

  function add(part: Part): void {
    waiting++
    last = last.then(() => commitUnlessFailed(part)).finally(() => waiting--)
  }

  async function commitUnlessFailed(part: Part): Promise<void> {
    if (failure) return
    try {
      folder ??= partFolder(deps, request)
      const into = await folder
      if (into) await commitPart(into, part)
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  async function commitPart(into: string, { kind, from, to }: Part): Promise<void> {
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
    const { verdict } = await commitUpload(deps, { facts, bytes: staged, stats: meter.result(true), events })
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

  async function result(): Promise<SplitResult> {
    await last
    return { parts, failure, ...(await verdicts.result()) }
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
