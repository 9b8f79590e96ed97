import { add, type Context, type Evaluation, trackIn } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import type { Session } from '../state.ts'
import { judgeMatterInit } from './matter-init.ts'
import { judgeMatterSegment } from './matter-segment.ts'
import { findSession, unannounced } from './matter-session.ts'

/** An init segment or a segment of a dash or hls stream, in Matter's order. */
export function judgeMatterObject(start: Evaluation, context: Context): Evaluation {
  const { stream, name, upload } = context
  const step = add(start, { preconditions: ['matter object'] })
  if (!name.isMatter || name.track === null) {
    const expected = 'expected session_<N>/<track>/<track>.init or session_<N>/<track>/segment_<K>.m4s'
    return add(step, { findings: [find('object-path', `${expected}, received ${shown(upload.path)}`)] })
  }
  const found = add(findSession(step, context), {
    preconditions: [`${stream.interface as 'dash' | 'hls'} object`],
  })
  const session = found.session ?? unannounced(context)
  const track = trackIn(session, name.track)
  const ahead = aheadOfManifest(found, context, session)
  const judged = add(
    found,
    name.kind === 'init'
      ? judgeMatterInit(context, session, track)
      : judgeMatterSegment(context, session, track),
  )
  if (!ahead) return judged
  // One cause: what is in the wrong place for want of a manifest is not also wrong in its track.
  const others = judged.findings.filter(({ code }) => !isOrder.has(code))
  return { ...judged, findings: [...others, ahead] }
}

const isOrder: ReadonlySet<string> = new Set([
  'segment-before-init',
  'segment-before-playlist',
  'init-before-playlist',
  'segment-number-gap',
])

function aheadOfManifest({ state }: Evaluation, { stream, name }: Context, session: Session): Finding | null {
  if (session.announced || session.phase === 'complete') return null
  if (state.order.open !== null && state.order.open !== name.session) {
    const message = `expected objects of session_${state.order.open}, which is open, received one of session_${name.session}`
    return find('session-number', message)
  }
  return stream.interface === 'hls'
    ? find(
        'segment-before-multivariant',
        `expected session_${name.session}/index.m3u8 first, it has not come`,
      )
    : find(
        'segment-before-mpd',
        `expected a dynamic session_${name.session}/index.mpd first, it has not come`,
      )
}
