import type { JudgedUpload } from '../../indexing/judged-upload.ts'
import type { StreamQueries } from '../ports.ts'

/** Ids of the uploads beside another one in the log; null where there is none. */
export interface Neighbours {
  readonly previous: string | null
  readonly next: string | null
  readonly previousInTrack: string | null
  readonly nextInTrack: string | null
}

/** Positions on each side among which neighbours are looked for; tracks are sent side by side. */
const maxDistance = 500
/** Uploads that are read at a time, and held until the next ones are read. */
const uploadsPerRead = 25

/** Throws what `StreamQueries.log` throws. */
export async function findNeighbours(
  index: Pick<StreamQueries, 'log'>,
  stream: string,
  { position, session, track }: JudgedUpload,
): Promise<Neighbours> {
  const [previous, next] = await Promise.all([nearest(earlier), nearest(later)])
  return {
    previous: previous.any,
    next: next.any,
    previousInTrack: previous.inTrack,
    nextInTrack: next.inTrack,
  }

  async function nearest(read: (distance: number) => Promise<readonly JudgedUpload[] | null>) {
    let any: string | null = null
    for (let distance = 0; distance < maxDistance; distance += uploadsPerRead) {
      const uploads = await read(distance)
      if (uploads === null) break
      any ??= idOf(uploads[0])
      if (any !== null && track === null) break
      const inTrack = idOf(uploads.find(isInTrack))
      if (inTrack !== null) return { any, inTrack }
    }
    return { any, inTrack: null }
  }

  function isInTrack(other: JudgedUpload): boolean {
    return track !== null && other.track === track && other.session === session
  }

  /** The nearest first; null in front of the first upload. */
  async function earlier(distance: number): Promise<readonly JudgedUpload[] | null> {
    const end = position - distance
    const from = Math.max(0, end - uploadsPerRead)
    if (end <= 0) return null
    return (await index.log(stream, from, end - from)).uploads.toReversed()
  }

  /** Null behind the last upload. */
  async function later(distance: number): Promise<readonly JudgedUpload[] | null> {
    const { uploads, next } = await index.log(stream, position + 1 + distance, uploadsPerRead)
    return uploads.length === 0 && next === null ? null : uploads
  }
}

const idOf = (judged: JudgedUpload | undefined): string | null => judged?.upload.id ?? null
