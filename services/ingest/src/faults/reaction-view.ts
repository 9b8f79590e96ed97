import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { createUploadViews, type LogOfStream, type ReadLogView } from '../streams/log-views.ts'
import type { Upload } from '../uploads/upload.ts'
import { type Observation, observeUpload, type Reaction, reactionOf } from './reaction.ts'

/** What cameras did after the faults that hit a stream, from its wire log. */
export interface ReactionView {
  readonly position: number
  add(judged: JudgedUpload): void
  /** By hit, in the order of the wire log; of one session, or of all. The newest `maxHits`. */
  reactions(session: string | null, nowMs: number): readonly Reaction[]
}

export type ReadReactions = ReadLogView<ReactionView>

export const readReactionsWith = (index: LogOfStream): ReadReactions =>
  createUploadViews(index, createReactionView)

const maxHits = 1_000
/** What a camera does later is no reaction to the fault. */
const maxReactionMs = 600_000

export function createReactionView(): ReactionView {
  let position = 0
  let observations: Observation[] = []
  /** Hits whose outcome later uploads may still change. */
  let open: Observation[] = []
  return {
    get position() {
      return position
    },
    add(judged) {
      position = judged.position + 1
      const { upload } = judged
      if (upload.part) return
      const startedMs = Date.parse(upload.startedAt)
      if (open.length > 0) {
        open = open.filter(({ startedMs: hitMs }) => startedMs - hitMs < maxReactionMs)
        for (const observation of open) observeUpload(observation, judged)
      }
      if (upload.fault) begin(judged, upload.fault)
    },
    reactions: (session, nowMs) =>
      observations
        .filter((observation) => session === null || observation.session === session)
        .map((observation) => reactionOf(observation, nowMs)),
  }

  function begin({ upload, session, track }: JudgedUpload, fault: NonNullable<Upload['fault']>): void {
    const observation: Observation = {
      upload,
      fault,
      session,
      track,
      startedMs: Date.parse(upload.startedAt),
      endedMs: Date.parse(upload.receivedAt),
      retries: 0,
      retriedAfterMs: [],
      lastRetryMs: null,
      hasSameBytes: null,
      deliveredMs: null,
      resumedMs: null,
      isTrackResumed: false,
      nextSession: null,
      renewedMs: null,
      isCertificateDropped: false,
    }
    observations = [...observations, observation].slice(-maxHits)
    open = [...open, observation].slice(-maxHits)
  }
}
