import { isLater } from '../indexing/fold.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { ancestorsOf } from '../uploads/object-path.ts'
import type { Upload } from '../uploads/upload.ts'
import type { DifferenceCode } from '../validation/reference/difference-rows.ts'
import { explainDifference, isTaken } from '../validation/reference/explain-difference.ts'
import { judgeAsReference } from '../validation/reference/judge-reference.ts'
import {
  initialReferenceState,
  type ReferenceDecision,
  type ReferenceManifest,
  type ReferenceSession,
  type ReferenceState,
  type ReferenceStream,
} from '../validation/reference/reference-state.ts'

/** What the reference would have made of one upload, beside what this server made of it. */
export interface ReferenceVerdict {
  readonly decision: ReferenceDecision
  /** Whether the stream is strict. */
  readonly strict: boolean
  /** Why this server decides otherwise; null where it does not. */
  readonly difference: DifferenceCode | null
}

interface ViewedStream extends ReferenceStream {
  readonly strict: boolean
}

/** An upload about which the two decide differently. */
export interface ReferenceDifference {
  readonly code: DifferenceCode
  readonly upload: string
  readonly path: string
  /** Id of the session that this server puts it into; null for none. */
  readonly session: string | null
  readonly decision: ReferenceDecision
}

/** What the reference lists at a path. */
export interface ReferenceListEntry {
  readonly path: string
  readonly session: number | null
  /** Null in the list of valid uploads. */
  readonly reasons: readonly string[] | null
}

/** The uploads of a stream as the reference would have judged and listed them, up to a position in the wire log. */
export interface ReferenceView {
  /** The position of the next upload. */
  readonly position: number
  /** The number of uploads that the reference would have taken, and of those that it would have refused or lost. */
  readonly counts: { readonly taken: number; readonly refused: number }
  /** Judges the next upload. */
  add(stream: ViewedStream, judged: JudgedUpload, manifest: ReferenceManifest | null): void
  /** Null for an upload that is not here, or not any more. */
  verdictOf(upload: string): ReferenceVerdict | null
  sessions(): readonly ReferenceSession[]
  /** Each path once, with the verdict that the reference goes on showing. */
  listings(): readonly ReferenceListEntry[]
  /** Differences on one session of this server, or with null on all, in the order of the uploads. */
  differences(session: string | null): readonly ReferenceDifference[]
  /** Whether something was left out, because there is more than `maxItems`. */
  readonly isTruncated: boolean
}

/** Uploads, paths, sessions and differences that are remembered of one stream, each. */
const maxItems = 200_000

export function createReferenceView(): ReferenceView {
  const verdicts = new Map<string, ReferenceVerdict>()
  const listings = new Map<string, ReferenceListEntry>()
  const ended: ReferenceSession[] = []
  const differences: ReferenceDifference[] = []
  let state: ReferenceState = initialReferenceState
  let [position, taken, refused, isTruncated] = [0, 0, 0, false]
  return {
    get position() {
      return position
    },
    get counts() {
      return { taken, refused }
    },
    get isTruncated() {
      return isTruncated
    },
    add,
    verdictOf: (upload) => verdicts.get(upload) ?? null,
    sessions: () => (state.last ? [...ended, state.last] : ended),
    listings: () => [...listings.values()],
    differences: (session) =>
      session === null ? differences : differences.filter((difference) => difference.session === session),
  }

  function add(stream: ViewedStream, judged: JudgedUpload, manifest: ReferenceManifest | null): void {
    const { upload, findings, session } = judged
    position = judged.position + 1
    // A part of a long request is no request of its own.
    if (upload.part) return
    const decision = decide(stream, upload, manifest)
    const isRefusedBefore = isListedAsWrong(upload.path)
    const difference = explainDifference({
      interface: stream.interface,
      decision,
      findings,
      isRefusedBefore,
      isLaterRecording: isLater(session),
    })
    if (isTaken(decision)) taken += 1
    else refused += 1
    if (decision.outcome === 'judged') list(upload.path, decision)
    if (difference !== null)
      push(differences, { code: difference, upload: upload.id, path: upload.path, session, decision })
    if (verdicts.size === maxItems) forgetOldest(verdicts)
    verdicts.set(upload.id, { decision, strict: stream.strict, difference })
  }

  function decide(
    stream: ReferenceStream,
    upload: Upload,
    manifest: ReferenceManifest | null,
  ): ReferenceDecision {
    if (!upload.whole && upload.undecodable === undefined) return lost
    const before = state.last
    const { decision, state: after } = judgeAsReference(stream, state, {
      method: upload.method,
      path: upload.path,
      hasCertificate: upload.sender.device !== null,
      manifest,
      extinf: extinfOnTheWire,
      isBelowObject: ancestorsOf(upload.path).some((folder) => listings.has(folder)),
    })
    state = after
    if (before && after.last?.id !== before.id) push(ended, before)
    return decision
  }

  /** The first error of a path stays; an upload without one does not take it away. */
  function list(path: string, { faults, session }: ReferenceDecision): void {
    if (isListedAsWrong(path)) return
    if (faults.length === 0 && listings.has(path)) return
    const reasons = faults.length === 0 ? null : faults.map(({ message }) => message)
    listings.delete(path)
    if (listings.size === maxItems) isTruncated = true
    else listings.set(path, { path, session, reasons })
  }

  function isListedAsWrong(path: string): boolean {
    return (listings.get(path)?.reasons ?? null) !== null
  }

  function push<Item>(items: Item[], item: Item): void {
    if (items.length < maxItems) items.push(item)
    else isTruncated = true
  }

  function forgetOldest(map: Map<string, unknown>): void {
    isTruncated = true
    for (const oldest of map.keys()) {
      map.delete(oldest)
      return
    }
  }
}

/** The header X-EXTINF-duration as the reference finds it: its HTTP server writes names in small letters, and it looks for capitals. */
const extinfOnTheWire = null

const lost: ReferenceDecision = { outcome: 'lost', faults: [], session: null }
