import { add, type Context, type Evaluation } from '../evaluation.ts'
import { excerpt, finding } from '../finding.ts'
import { updateAnnouncements } from '../manifests/announcements.ts'
import { checkMpdAgainstUploads } from '../manifests/mpd-against-uploads.ts'
import { isRepeat, uploadRepeated } from '../request-findings.ts'
import type { Session } from '../state.ts'
import {
  closeOrder,
  completeSession,
  findSession,
  isBeyondLimits,
  isSessionOver,
  missingTracks,
  openIfNone,
  openSession,
} from './matter-session.ts'

/** Checks the MPD of a dash stream: a dynamic one opens its session, a static one ends it. */
export function checkMatterMpd(start: Evaluation, context: Context): Evaluation {
  const evaluation = add(start, { preconditions: ['dash-mpd'] })
  if (context.name.kind !== 'mpd') {
    const message = `expected the MPD at session_<N>/index.mpd, received ${excerpt(context.upload.path)}`
    return add(evaluation, { findings: [finding('mpd-path', message)] })
  }
  const mpd = context.inspection?.mpd
  if (!mpd)
    return isBeyondLimits(context) ? openIfNone(evaluation, context) : findSession(evaluation, context)
  return mpd.type === 'dynamic' ? checkDynamicMpd(evaluation, context) : checkStaticMpd(evaluation, context)
}

function checkDynamicMpd(evaluation: Evaluation, context: Context): Evaluation {
  if (isSessionOver(evaluation, context) && !isRepeat(context))
    return recordAnnouncements(openSession(evaluation, context), context)
  const found = findSession(evaluation, context)
  const { session } = found
  if (session?.phase === 'open' && session.announced) {
    if (isRepeat(context)) return add(found, { findings: [uploadRepeated(context)] })
    if (session.segmentCount === 0) return recordAnnouncements(found, context)
    const message = `expected the dynamic MPD before the segments, ${session.segmentCount} came already`
    return add(found, { findings: [finding('mpd-dynamic-late', message)] })
  }
  return recordAnnouncements(openSession(evaluation, context), context)
}

function checkStaticMpd(start: Evaluation, context: Context): Evaluation {
  const evaluation = add(findSession(start, context), { preconditions: ['static-mpd'] })
  const { session } = evaluation
  if (session?.phase === 'complete') {
    if (isRepeat(context)) return add(evaluation, { findings: [uploadRepeated(context)] })
    const message = 'expected one static MPD, received another after the end of the session'
    return add(evaluation, { findings: [finding('mpd-static-repeated', message)] })
  }
  if (!session || session.segmentCount === 0) {
    const message = 'expected segments before the static MPD (a dynamic one opens the session), none came'
    return add(evaluation, { findings: [finding('mpd-static-early', message)] })
  }
  return complete(recordAnnouncements(evaluation, context), context, session)
}

function complete(evaluation: Evaluation, context: Context, session: Session): Evaluation {
  const missing = missingTracks(context, session)
  const missed = add(evaluation, {
    findings: missing,
    preconditions: context.stream.expectedTrackNames
      ? ['complete-session', 'ended-manifest']
      : ['ended-manifest'],
  })
  const ended = add(missed, checkMpdAgainstUploads(context, missed.session ?? session))
  return closeOrder(add(ended, completeSession(ended.session ?? session)), session.key)
}

/** Records the announcements of an MPD and checks earlier uploads against them. */
function recordAnnouncements(evaluation: Evaluation, context: Context): Evaluation {
  const { session } = evaluation
  return session ? add(evaluation, updateAnnouncements(context, session)) : evaluation
}
