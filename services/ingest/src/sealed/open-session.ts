import { createHash } from 'node:crypto'
import type { ListSession } from '../export/list-session.ts'
import { Refusal } from '../lib/refusal.ts'
import { ivOf, openSealedObject } from '../media/hksv/sealed-object.ts'
import { createInspector } from '../media/isobmff/inspector.ts'
import { directoryOf } from '../uploads/object-path.ts'
import type { OpenUpload } from '../uploads/ports.ts'
import type { Upload } from '../uploads/upload.ts'
import type { Finding } from '../validation/finding.ts'
import { initialState, type State } from '../validation/state.ts'
import { validateUpload } from '../validation/validate-upload.ts'

/**
 * Opens the media of a HomeKit Secure Video session with a key, and judges what is in it. Neither key nor plaintext
 * is stored. Null when the signal ended it. Throws the refusals `stream-unknown`, `object-unknown` and
 * `media-unsupported`.
 */
export type OpenSession = (
  stream: string,
  session: string,
  contentKey: Uint8Array,
  signal: AbortSignal,
) => Promise<OpenedSession | null>

export interface OpenedSession {
  /** The number of objects that the key opens, of `objects`. */
  readonly opened: number
  readonly objects: number
  /** The objects that the key does not open, where it opens others; the first of them. */
  readonly damaged: readonly NamedUpload[]
  /** IVs that came twice, which breaks AES-GCM; each with the second upload. */
  readonly repeatedIvs: readonly (NamedUpload & { readonly iv: string })[]
  /** What is wrong in the media, beyond notes. */
  readonly findings: readonly (NamedUpload & { readonly finding: Finding })[]
  /** The media that the key opens, each with the upload that holds its init segment; the first of them. */
  readonly media: readonly (NamedUpload & { readonly init: string | null })[]
}

interface NamedUpload {
  readonly upload: string
  readonly path: string
}

interface OpenSessionDeps {
  readonly listSession: ListSession
  readonly open: OpenUpload
}

const maxListed = 100
const maxObjectBytes = 67_108_864
const maxObjects = 10_000

export function openSessionWith({ listSession, open }: OpenSessionDeps): OpenSession {
  return async function openSession(stream, session, contentKey, signal) {
    const uploads = (await listSession(stream, session)).map(({ upload }) => upload).filter(isMedia)
    if (uploads.length > maxObjects)
      throw new Refusal('media-unsupported', `session ${session} has more than ${maxObjects} sealed objects`)
    const ivs = new Set<string>()
    const media = createMediaJudge(stream)
    const damaged: NamedUpload[] = []
    const repeatedIvs: OpenedSession['repeatedIvs'][number][] = []
    for (const upload of uploads) {
      if (signal.aborted) return null
      const object = await bytesOf(stream, upload)
      const iv = ivOf(object)
      if (ivs.has(iv)) repeatedIvs.push({ ...nameOf(upload), iv })
      ivs.add(iv)
      const opened = openSealedObject(contentKey, object)
      if (opened) media.add(upload, opened)
      else damaged.push(nameOf(upload))
    }
    const opened = uploads.length - damaged.length
    return {
      opened,
      objects: uploads.length,
      findings: media.findings().slice(0, maxListed),
      media: media.list().slice(0, maxListed),
      damaged: opened === 0 ? [] : damaged.slice(0, maxListed),
      repeatedIvs: repeatedIvs.slice(0, maxListed),
    }
  }

  async function bytesOf(stream: string, { id, path }: Upload): Promise<Buffer> {
    await using file = await open(stream, id)
    if (file.bytes > maxObjectBytes)
      throw new Refusal('media-unsupported', `${path} has more than ${maxObjectBytes} bytes`)
    return file.read(0, file.bytes)
  }
}

const isMedia = ({ path, whole }: Upload): boolean => whole && /\.(init|m4s)$/.test(path)

const nameOf = ({ id, path }: Upload): NamedUpload => ({ upload: id, path })

/** Judges opened objects one after the other, by the rules for CMAF media. */
function createMediaJudge(id: string) {
  const settings = { id, interface: 'cmaf-ingest', strict: false, creator: null, createdAt: '' } as const
  const found: OpenedSession['findings'][number][] = []
  const digests = new Map<string, string>()
  const media: OpenedSession['media'][number][] = []
  /** By folder, which is the track. */
  const inits = new Map<string, string>()
  let state: State = initialState
  return { add, findings: () => found, list: () => media }

  function add(upload: Upload, bytes: Buffer): void {
    const inspector = createInspector()
    inspector.add(bytes)
    const inspection = { ...inspector.result(), mpd: null, playlist: null }
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const previous = digests.get(upload.path) ?? null
    digests.set(upload.path, sha256)
    const clear: Upload = { ...upload, bytes: bytes.length, sha256, kind: inspection.kind }
    const folder = directoryOf(upload.path)
    const init = clear.kind === 'init' ? null : (inits.get(folder) ?? null)
    if (clear.kind === 'init') inits.set(folder, upload.id)
    media.push({ ...nameOf(upload), init })
    const arrival = { upload: clear, inspection, previous, clashes: false }
    const judged = validateUpload(
      { ...settings, expectedTrackNames: null, expectations: null },
      state,
      arrival,
    )
    state = judged.state
    for (const finding of judged.findings)
      if (finding.severity !== 'note' && !isOfRequest(finding)) found.push({ ...nameOf(upload), finding })
  }
}

/** The verdict on the upload has it already. */
const isOfRequest = ({ code }: Finding): boolean =>
  code === 'client-certificate-missing' || code === 'content-type-mismatch'
