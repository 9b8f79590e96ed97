import type { InitFacts, Inspection, MediaFacts } from '../../media/inspection.ts'
import { requestPathOf } from '../../uploads/part-path.ts'
import type { Upload } from '../../uploads/upload.ts'
import { shortFingerprint } from '../limits.ts'
import type { ObjectName } from '../object-name.ts'
import { shapeDigest } from './track-names.ts'

/** What identification needs to know of an object. For a part of a long request, `path` is the request's. */
export interface IdentifiedObject {
  readonly path: string
  readonly name: ObjectName
  readonly init: InitFacts | null
  readonly media: MediaFacts | null
  /** Digest of the path without its counter, see `shapeDigest`; null where the path has a form of a standard. */
  readonly shape: number | null
  /** Short fingerprint of its device; undefined without a certificate. */
  readonly device: string | undefined
}

/** What identification finds: the track of an object. */
export interface TrackIdentity {
  readonly name: string
  /** The track whose init segment this one shares; null where it has its own, or none is known. */
  readonly header: string | null
}

/** An object from its upload, and from what its inspection found in the body. */
export function identifiedObject(
  { path, part, sender }: Pick<Upload, 'path' | 'part' | 'sender'>,
  name: ObjectName,
  inspection: Pick<Inspection, 'init' | 'media'> | null,
): IdentifiedObject {
  const own = part ? requestPathOf(path) : path
  return {
    path: own,
    name,
    init: inspection?.init ?? null,
    media: inspection?.media ?? null,
    shape: name.isFree ? shapeDigest(own) : null,
    device: sender.device ? shortFingerprint(sender.device.fingerprint) : undefined,
  }
}

/** Whether an object is a file of its own: a header with its media behind it, in fragments or in the moov's samples. */
export const isClipFile = ({ init, media, name }: IdentifiedObject): boolean =>
  init !== null && (media !== null || init.hasSamples === true) && !name.isTrackUrl
