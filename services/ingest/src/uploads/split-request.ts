import { createBodyStats } from './body-stats.ts'
import { type Keeping, keepUpload } from './keep-upload.ts'
import { partFolderOf } from './part-path.ts'
import { createPartVerdicts, type PartErrors } from './part-verdicts.ts'
import type { Bodies, NewInspector, Part, StagedBody } from './ports.ts'
import type { StreamInterface } from './stream-interface.ts'

/** Beyond so many complete parts that are not yet recorded, the request waits. */
const maxWaiting = 16

export interface SplitDeps extends Keeping {
  readonly bodies: Bodies
  readonly newInspector: NewInspector
  readonly interfaceOf: StreamInterface
  readonly newId: () => string
}

/** Makes uploads of the parts of one long request, in their order, while it is still coming in. */
export interface Splitter extends AsyncDisposable {
  /** A part is complete; its bytes need not be staged yet. */
  readonly onPart: (part: Part) => void
  /** All bytes of the parts so far are staged. Waits only where the disk is far behind. */
  proceed(): Promise<void>
  /** The connection was lost: what ends now has no end of its own. */
  stop(): void
  /** Resolves when every part is recorded. */
  finish(): Promise<SplitResult>
}

export interface SplitResult extends PartErrors {
  /** How many uploads the parts became; 0 where there was nothing to cut. */
  readonly parts: number
  /** Why not all did; null when they did. */
  readonly failure: Error | null
}

/** Only what carries a header and media, or more than one segment, is cut (DASH-IF Ingest 1.2, 6.2-3). */
export function createSplitter(needs: SplitDeps, request: StagedBody): Splitter {
  const parts = createParts(needs, request)
  const complete: Part[] = []
  let isLong = false
  let isStopped = false
  return { onPart, proceed, stop, finish, [Symbol.asyncDispose]: parts.settled }

  function onPart(part: Part): void {
    if (!isStopped) complete.push(part)
  }

  function stop(): void {
    isStopped = true
  }

  async function proceed(): Promise<void> {
    hand()
    if (parts.waiting() > maxWaiting) await parts.settled()
  }

  function hand(): void {
    isLong ||= complete.filter(({ kind }) => kind !== 'end').length > 1
    if (isLong) for (const part of complete.splice(0)) parts.add(part)
  }

  function finish(): Promise<SplitResult> {
    hand()
    return parts.result()
  }
}

/** Records parts one after the other; the first failure ends that. */
function createParts(needs: SplitDeps, request: StagedBody) {
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
    last = last.then(() => recordUnlessFailed(part)).finally(() => waiting--)
  }

  async function recordUnlessFailed(part: Part): Promise<void> {
    if (failure) return
    try {
      folder ??= folderFor(needs, request)
      const found = await folder
      if (found) await record(found, part)
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  async function record(into: string, { kind, from, to }: Part): Promise<void> {
    const name = kind === 'segment' ? `${++segments}.m4s` : `${kind}.mp4`
    await using staged = await needs.bodies.stage(factsOf(`${into}/${name}`, from))
    const measured = createBodyStats(needs.newInspector())
    for await (const bytes of request.read({ from, to })) {
      measured.add(bytes)
      await staged.write(bytes)
    }
    const { verdict } = await keepUpload(needs, staged, measured.result(true))
    parts++
    verdicts.add(name, verdict)
  }

  /** The request's headers stay with the request: there may be more of them than bytes in a part. */
  function factsOf(path: string, from: number) {
    const { facts } = request
    const part = { of: facts.id, from }
    return { ...facts, id: needs.newId(), path, sender: { ...facts.sender, headers: [] }, part }
  }

  async function result(): Promise<SplitResult> {
    await last
    return { parts, failure, ...(await verdicts.result()) }
  }
}

/** Null where parts are not to be had: another interface, or names that would be too long. */
async function folderFor({ interfaceOf }: SplitDeps, { facts }: StagedBody): Promise<string | null> {
  const isCut = (await interfaceOf(facts.stream)) === 'cmaf-ingest'
  return isCut ? partFolderOf(facts.path, facts.id) : null
}
