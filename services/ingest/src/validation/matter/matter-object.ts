import { add, type Context, type Evaluation, trackIn } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { at, type Session } from '../state.ts'
import { checkMatterInit } from './matter-init.ts'
import { checkMatterSegment } from './matter-segment.ts'
import { findSession, newUnannouncedSession } from './matter-session.ts'

/** Checks an init segment or a segment of a dash or hls stream: path, order, then media. */
export function checkMatterObject(start: Evaluation, context: Context): Evaluation {
  const { stream, name, upload } = context
  const evaluation = add(start, { preconditions: ['matter-object'] })
  if (!name.isMatter || name.track === null) {
    const expected = 'expected session_<N>/<track>/<track>.init or session_<N>/<track>/segment_<K>.m4s'
    return add(evaluation, {
      findings: [finding('object-path', `${expected}, received ${excerpt(upload.path)}`)],
    })
  }
  const found = add(findSession(evaluation, context), {
    preconditions: [`${stream.interface as 'dash' | 'hls'}-object`],
  })
  const session = found.session ?? newUnannouncedSession(context)
  const track = trackIn(session, name.track)
  const ahead = checkManifestOrder(found, context, session)
  const checked = add(
    found,
    name.kind === 'init'
      ? checkMatterInit(context, session, track)
      : checkMatterSegment(context, session, track),
  )
  if (!ahead) return checked
  // Findings on order within the track hold with and without a manifest.
  if (ahead.code !== 'session-number') return add(checked, { findings: [ahead] })
  const others = checked.findings.filter(({ code }) => !orderCodes.has(code))
  const open = openSessionOf(evaluation)
  const misplaced = open && evaluation.session !== open ? orderIn(open, context, name.track) : []
  return { ...checked, findings: [...others, ...misplaced, ahead] }
}

const openSessionOf = ({ state: { order, sessions } }: Evaluation): Session | null =>
  (order.open === null ? null : at(sessions, order.open)) ?? null

/**
 * Findings on the order of an object as if it were of the open session: its device may have written a wrong session
 * number. The state of that session stays as it is.
 */
function orderIn(open: Session, context: Context, name: string): readonly Finding[] {
  const track = trackIn(open, name)
  const { findings = [] } =
    context.name.kind === 'init'
      ? checkMatterInit(context, open, track)
      : checkMatterSegment(context, open, track)
  return findings.filter(({ code }) => orderCodes.has(code))
}

const orderCodes: ReadonlySet<string> = new Set([
  'segment-before-init',
  'segment-before-playlist',
  'init-before-playlist',
  'segment-number-gap',
])

function checkManifestOrder(
  { state }: Evaluation,
  { stream, name }: Context,
  session: Session,
): Finding | null {
  if (session.announced || session.phase === 'complete') return null
  if (state.order.open !== null && state.order.open !== name.session) {
    const message = `expected objects of session_${state.order.open}, which is open, received one of session_${name.session}`
    return finding('session-number', message)
  }
  return stream.interface === 'hls'
    ? finding(
        'segment-before-multivariant',
        `expected session_${name.session}/index.m3u8 first, it has not come`,
      )
    : finding(
        'segment-before-mpd',
        `expected a dynamic session_${name.session}/index.mpd first, it has not come`,
      )
}
