import { add, type Context, type Evaluation } from '../evaluation.ts'
import { find, shown } from '../finding.ts'
import { announcementsOf } from '../manifests/announcements.ts'
import { compareWithMpd } from '../manifests/mpd-against-uploads.ts'
import { isRepeated, repeated } from '../repeat.ts'
import type { Session } from '../state.ts'
import {
  closeOrder,
  completeSession,
  findSession,
  isOver,
  missingTracks,
  openSession,
} from './matter-session.ts'

/** The MPD of a dash stream: dynamic, it opens its session; static, it ends it. */
export function judgeMpd(start: Evaluation, context: Context): Evaluation {
  const step = add(start, { preconditions: ['dash mpd'] })
  if (context.name.kind !== 'mpd') {
    const message = `expected the MPD at session_<N>/index.mpd, received ${shown(context.upload.path)}`
    return add(step, { findings: [find('mpd-path', message)] })
  }
  const mpd = context.inspection?.mpd
  if (!mpd) return findSession(step, context)
  return mpd.type === 'dynamic' ? dynamicMpd(step, context) : staticMpd(step, context)
}

function dynamicMpd(step: Evaluation, context: Context): Evaluation {
  if (isOver(step, context) && !isRepeated(context)) return announce(openSession(step, context), context)
  const found = findSession(step, context)
  const { session } = found
  if (session?.phase === 'open' && session.announced) {
    if (isRepeated(context)) return add(found, { findings: [repeated(context)] })
    if (session.segmentCount === 0) return announce(found, context)
    const message = `expected the dynamic MPD before the segments, ${session.segmentCount} came already`
    return add(found, { findings: [find('mpd-dynamic-late', message)] })
  }
  return announce(openSession(step, context), context)
}

function staticMpd(start: Evaluation, context: Context): Evaluation {
  const step = add(findSession(start, context), { preconditions: ['static mpd'] })
  const { session } = step
  if (session?.phase === 'complete') {
    if (isRepeated(context)) return add(step, { findings: [repeated(context)] })
    const message = 'expected one static MPD, received another after the end of the session'
    return add(step, { findings: [find('mpd-static-repeated', message)] })
  }
  if (!session || session.segmentCount === 0) {
    const message = 'expected segments before the static MPD (a dynamic one opens the session), none came'
    return add(step, { findings: [find('mpd-static-early', message)] })
  }
  return complete(announce(step, context), context, session)
}

function complete(step: Evaluation, context: Context, session: Session): Evaluation {
  const missing = missingTracks(context, session)
  const ended = add(step, {
    findings: [...missing, ...compareWithMpd(context, step.session ?? session)],
    preconditions: context.stream.expectedTrackNames
      ? ['complete session', 'ended manifest']
      : ['ended manifest'],
  })
  return closeOrder(add(ended, completeSession(ended.session ?? session)), session.key)
}

/** Remembers what the newest MPD announces and holds it against what came before it. */
function announce(step: Evaluation, context: Context): Evaluation {
  const { session } = step
  return session ? add(step, announcementsOf(context, session)) : step
}
