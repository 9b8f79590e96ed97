import { partFolderOf } from '../domain/part-path.ts'
import type { InterfaceOf } from './interface-of.ts'
import { type Keeping, keepUpload } from './keep-upload.ts'
import { createMeasure } from './measure-body.ts'
import { createPartVerdicts, type PartErrors } from './part-verdicts.ts'
import type { Bodies, NewInspector, Piece, StagedBody } from './ports.ts'

/** Beyond so many complete pieces that are not yet recorded, the request waits. */
const mostWaiting = 16

export interface Cutting extends Keeping {
  readonly bodies: Bodies
  readonly newInspector: NewInspector
  readonly interfaceOf: InterfaceOf
  readonly newId: () => string
}

/** Makes uploads of the pieces of one long request, in their order, while it is still coming in. */
export interface Cutter extends AsyncDisposable {
  /** A piece is complete; its bytes need not be staged yet. */
  readonly onPiece: (piece: Piece) => void
  /** All bytes of the pieces so far are staged. Waits only where the disk is far behind. */
  proceed(): Promise<void>
  /** The connection was lost: what ends now has no end of its own. */
  stop(): void
  /** Resolves when every piece is recorded. */
  finish(): Promise<Cut>
}

export interface Cut extends PartErrors {
  /** How many uploads the pieces became; 0 where there was nothing to cut. */
  readonly parts: number
  /** Why not all did; null when they did. */
  readonly failure: Error | null
}

/** Only what carries a header and media, or more than one segment, is cut (DASH-IF Ingest 1.2, 6.2-3). */
export function createCutter(needs: Cutting, request: StagedBody): Cutter {
  const parts = createParts(needs, request)
  const complete: Piece[] = []
  let isLong = false
  let isStopped = false
  return { onPiece, proceed, stop, finish, [Symbol.asyncDispose]: parts.settled }

  function onPiece(piece: Piece): void {
    if (!isStopped) complete.push(piece)
  }

  function stop(): void {
    isStopped = true
  }

  async function proceed(): Promise<void> {
    hand()
    if (parts.waiting() > mostWaiting) await parts.settled()
  }

  function hand(): void {
    isLong ||= complete.filter(({ kind }) => kind !== 'end').length > 1
    if (isLong) for (const piece of complete.splice(0)) parts.add(piece)
  }

  function finish(): Promise<Cut> {
    hand()
    return parts.result()
  }
}

/** Records pieces one after the other; the first failure ends that. */
function createParts(needs: Cutting, request: StagedBody) {
  const verdicts = createPartVerdicts()
  let folder: Promise<string | null> | null = null
  let last = Promise.resolve()
  let waiting = 0
  let segments = 0
  let parts = 0
  let failure: Error | null = null
  return { add, waiting: () => waiting, settled: () => last, result }

  function add(piece: Piece): void {
    waiting++
    last = last.then(() => recordUnlessFailed(piece)).finally(() => waiting--)
  }

  async function recordUnlessFailed(piece: Piece): Promise<void> {
    if (failure) return
    try {
      folder ??= folderFor(needs, request)
      const found = await folder
      if (found) await record(found, piece)
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  async function record(into: string, { kind, from, to }: Piece): Promise<void> {
    const name = kind === 'segment' ? `${++segments}.m4s` : `${kind}.mp4`
    await using staged = await needs.bodies.stage(factsOf(`${into}/${name}`, from))
    const measured = createMeasure(needs.newInspector())
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

  async function result(): Promise<Cut> {
    await last
    return { parts, failure, ...(await verdicts.result()) }
  }
}

/** Null where pieces are not to be had: another interface, or names that would be too long. */
async function folderFor({ interfaceOf }: Cutting, { facts }: StagedBody): Promise<string | null> {
  const isCut = (await interfaceOf(facts.stream)) === 'cmaf-ingest'
  return isCut ? partFolderOf(facts.path, facts.id) : null
}
