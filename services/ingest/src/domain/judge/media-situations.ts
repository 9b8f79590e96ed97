import { headerOf } from './request.ts'
import type { Situation } from './situation.ts'
import { at, type Session } from './state.ts'
import type { Context } from './step.ts'

/** What the bytes and headers of an upload put to the test, on any stream. */
export function mediaSituations(context: Context, session: Session | null): readonly Situation[] {
  const { extension, inspection, name, stream, upload } = context
  const situations: Situation[] = []
  if (headerOf(upload, 'content-type') !== null) situations.push('content type')
  if (stream.expectedTrackNames && name.isMatter && name.track !== null) situations.push('expected tracks')
  if (extension === 'mpd' || inspection?.mpd) situations.push('manifest', 'mpd')
  if (extension === 'm3u8' || inspection?.playlist) situations.push('manifest', 'playlist')
  if (!inspection) return situations
  if (inspection.kind === 'other') situations.push('other')
  if (inspection.init) situations.push('init')
  const { media } = inspection
  if (!media) return situations
  situations.push('segment')
  if (media.chunkCount > 1) situations.push('chunks')
  const track = session && name.track !== null ? at(session.tracks, name.track) : undefined
  if (track?.clock) situations.push('next segment')
  if ((inspection.init ?? track?.init)?.handler === 'vide') situations.push('video segment')
  return situations
}
