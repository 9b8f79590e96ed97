import { Refusal } from '../../lib/refusal.ts'
import { type ReadableManifest, readableManifest } from '../../media/manifest-text.ts'
import { unknownUpload } from '../../uploads/body/upload-ids.ts'
import type { OpenUpload } from '../../uploads/ports.ts'
import type { StreamQueries } from '../ports.ts'

/** A manifest as text, with the findings that name a line of it. */
export interface ManifestText extends ReadableManifest {
  readonly findings: readonly LocatedFinding[]
}

interface LocatedFinding {
  /** The number of the line, from 1; null where the finding names none. */
  readonly line: number | null
  readonly code: string
  readonly message: string
}

/** Throws the refusals `object-unknown` and, for what is no manifest, `media-unsupported`. */
export type ReadManifestText = (stream: string, upload: string) => Promise<ManifestText>

const maxTextBytes = 1_048_576

export function readManifestTextWith(
  index: Pick<StreamQueries, 'upload'>,
  open: OpenUpload,
): ReadManifestText {
  return async function readManifestText(stream, id) {
    const judged = await index.upload(stream, id)
    if (!judged) throw unknownUpload(stream, id)
    const { kind, path } = judged.upload
    if (kind !== 'mpd' && kind !== 'playlist')
      throw new Refusal('media-unsupported', `${path} is no manifest; its boxes are at …/boxes`)
    await using file = await open(stream, id)
    const bytes = await file.read(0, maxTextBytes)
    const { text, encoding } = readableManifest(bytes, kind)
    const findings = judged.findings.map(({ code, message }) => ({ line: lineIn(message), code, message }))
    return { text, encoding, findings }
  }
}

/** Messages on XML and playlists name the line. */
function lineIn(message: string): number | null {
  const [, line] = /\bline (\d{1,9})\b/.exec(message) ?? []
  return line === undefined ? null : Number(line)
}
