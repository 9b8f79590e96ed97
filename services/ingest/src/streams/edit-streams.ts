import type { Device } from '@pushav/shared/identity.ts'
import { Refusal } from '../lib/refusal.ts'
import type { TakeSpace } from '../quotas/disk-space.ts'
import type { ClientCertificates, Journals, ObjectLinks } from '../uploads/ports.ts'
import { assertStream } from './assert-stream.ts'
import { noPages } from './pages.ts'
import type { IndexedStream } from './ports.ts'
import type { StreamReads } from './read-streams.ts'
import type { RecordEntry } from './record-entry.ts'
import { parseInterface, type Stream } from './stream.ts'

/** Changes that users make. Each writes a journal line and waits, for a limited time, until the index has it. */
export interface StreamEdits {
  /** Makes a stream with the next free id. Throws the refusals `interface-unknown`, `quota-exceeded` and `disk-full`. */
  create(settings: NewStream): Promise<IndexedStream>
  /** An empty list clears them. */
  expectTracks(id: string, names: readonly string[]): Promise<IndexedStream>
  /** Deletes an object from its path; its bytes stay. Throws the refusal `object-unknown`. */
  deleteObject(id: string, path: string): Promise<void>
}

interface NewStream extends Pick<Stream, 'strict'> {
  /** By the certificate that the client showed; null for none. */
  readonly creator: Device | null
  /** The interface as the user wrote it. */
  readonly interface: unknown
  /** Hash of the key that it belongs to; null for admins only, undefined where streams belong to no client. */
  readonly owner?: string | null | undefined
}

export interface StreamEditsDeps {
  readonly journals: Pick<Journals, 'create' | 'has'>
  readonly links: Pick<ObjectLinks, 'find' | 'remove'>
  readonly record: RecordEntry
  readonly certificates: Pick<ClientCertificates, 'remember'>
  readonly setOwner: (stream: string, owner: string | null) => Promise<unknown>
  readonly getStream: StreamReads['get']
  /** Reserves a stream of the quotas until disposal; null where no quota is set. */
  readonly reserveStream: ((creator: Device | null) => Disposable) | null
  /** Null where no part of the disk is reserved. */
  readonly takeSpace: TakeSpace | null
  readonly newId: () => string
  readonly now: () => Date
}

export function editStreamsWith(deps: StreamEditsDeps): StreamEdits {
  const { journals, links, record, certificates, setOwner, getStream, reserveStream, takeSpace } = deps
  const { newId, now } = deps
  return { create, expectTracks, deleteObject }

  async function create({ interface: word, strict, creator, owner }: NewStream): Promise<IndexedStream> {
    const settings = { interface: parseInterface(word), strict, creator: creator?.fingerprint ?? null }
    using _reserved = reserveStream?.(creator) ?? null
    await takeSpace?.(0)
    if (creator) await certificates.remember(creator.fingerprint, creator.certificate)
    const id = await journals.create()
    if (owner !== undefined) await setOwner(id, owner)
    const head = entryHead()
    const { indexed } = await record(id, { kind: 'stream-created', ...head, ...settings })
    await indexed
    return emptyStream({ id, ...settings, createdAt: head.at, expectedTrackNames: null, expectations: null })
  }

  async function expectTracks(id: string, names: readonly string[]): Promise<IndexedStream> {
    const before = await getStream(id)
    const { indexed } = await record(id, { kind: 'tracks-expected', ...entryHead(), names })
    await indexed
    const expectedTrackNames = names.length === 0 ? null : names
    return { ...before, stream: { ...before.stream, expectedTrackNames } }
  }

  async function deleteObject(id: string, path: string): Promise<void> {
    await assertStream(journals, id)
    if ((await links.find(id, path)) === null)
      throw new Refusal('object-unknown', `stream ${id} has no object at ${path}`)
    const { indexed } = await record(id, { kind: 'object-deleted', ...entryHead(), path })
    await links.remove(id, path)
    await indexed
  }

  function entryHead() {
    return { id: newId(), at: now().toISOString() }
  }
}

const emptyStream = (stream: Stream): IndexedStream => ({
  stream,
  sessions: noPages(),
  uploads: { rejected: noPages, accepted: noPages },
})
