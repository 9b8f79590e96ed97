import { excerpt } from '../finding.ts'
import { judgeReferenceMpd, judgeReferencePlaylist } from './judge-manifest.ts'
import { judgeReferenceSegment } from './judge-segment.ts'
import type {
  ReferenceDecision,
  ReferenceFault,
  ReferenceSession,
  ReferenceState,
  ReferenceStream,
  ReferenceUpload,
} from './reference-state.ts'
import { newReferenceSession, type ReferenceStep, type RoutedUpload } from './reference-step.ts'

/**
 * What the reference server of the Matter SDK decides about one upload, and what it keeps afterwards; its mistakes
 * included, see docs/differences.md. Pure. Called for one upload after another, in the order of their reception.
 */
export function judgeAsReference(
  stream: ReferenceStream,
  state: ReferenceState,
  upload: ReferenceUpload,
): { readonly decision: ReferenceDecision; readonly state: ReferenceState } {
  const { path, method } = upload
  // A dot at the end is part of the extension before it.
  const dot = path.lastIndexOf('.', path.length - 2)
  const [stem, extension] = [path.slice(0, dot), path.slice(dot + 1)]
  if (dot < 0 || extension === '' || extension.includes('/') || method !== 'PUT')
    return { decision: { outcome: 'not-routed', faults: [], session: null }, state }
  const step = judge(stream, state, { ...upload, stem, extension })
  if (step === null) {
    // The session is opened before the XML is parsed, and stays open.
    const opened = stateWithSession(state)
    return { decision: { outcome: 'failed', faults: [], session: null }, state: opened }
  }
  const { session } = step
  const outcome = upload.isBelowObject ? 'failed' : 'judged'
  const faults = upload.hasCertificate ? step.faults : [...step.faults, certificateMissing]
  return { decision: { outcome, faults, session: session?.id ?? null }, state: step.state }
}

const certificateMissing: ReferenceFault = {
  code: 'client-certificate-missing',
  message: 'expected the upload to come over TLS with a client certificate; none was presented',
}

/** Null where the reference fails with an exception. */
function judge(stream: ReferenceStream, state: ReferenceState, upload: RoutedUpload): ReferenceStep | null {
  const start: ReferenceStep = { state, session: inProgress(state), faults: [] }
  const { extension, manifest } = upload
  if (extension === 'mpd')
    return manifest?.kind === 'mpd' ? judgeReferenceMpd(start, stream, upload, manifest.type) : null
  if (extension === 'm3u8')
    return manifest?.kind === 'playlist' ? judgeReferencePlaylist(start, stream, upload, manifest) : null
  if (extension === 'm4s' || extension === 'init') return judgeReferenceSegment(start, stream, upload)
  const message = `expected .mpd, .m3u8, .m4s or .init, received .${excerpt(extension)}`
  return { ...start, faults: [{ code: 'extension', message }] }
}

const inProgress = ({ last }: ReferenceState): ReferenceSession | null => (last?.isComplete ? null : last)

const stateWithSession = (state: ReferenceState): ReferenceState =>
  inProgress(state) ? state : { sessions: state.sessions + 1, last: newReferenceSession(state.sessions + 1) }
