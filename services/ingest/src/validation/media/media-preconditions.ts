import type { Context } from '../evaluation.ts'
import type { Precondition } from '../preconditions.ts'
import { headerOf } from '../request-findings.ts'
import { at, type Session } from '../state.ts'

/** The preconditions that hold by the bytes and headers of an upload, on any stream. */
export function mediaPreconditions(context: Context, session: Session | null): readonly Precondition[] {
  const { extension, inspection, name, stream, upload } = context
  const preconditions: Precondition[] = []
  if (headerOf(upload, 'content-type') !== null) preconditions.push('content-type')
  if (stream.expectedTrackNames && name.isMatter && name.track !== null) preconditions.push('expected-tracks')
  if (extension === 'mpd' || inspection?.mpd) preconditions.push('manifest', 'mpd')
  if (extension === 'm3u8' || inspection?.playlist) preconditions.push('manifest', 'playlist')
  if (!inspection) return preconditions
  if (inspection.kind === 'other') preconditions.push('other')
  if (inspection.init) preconditions.push('init')
  const { media } = inspection
  if (!media) return preconditions
  preconditions.push('segment')
  if (media.chunkCount > 1) preconditions.push('chunks')
  const track = session && name.track !== null ? at(session.tracks, name.track) : undefined
  if (track?.clock) preconditions.push('next-segment')
  if ((inspection.init ?? track?.init)?.handler === 'vide') preconditions.push('video-segment')
  return preconditions
}
