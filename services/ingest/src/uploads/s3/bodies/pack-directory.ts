import { createLru } from '@pushav/shared/lib/lru.ts'
import { lowestIdOf, type Pack, placesIn } from '@pushav/shared/uploads/pack-key.ts'
import { startOfIdsAt, timeOfId } from '@pushav/shared/uploads/time-of-id.ts'

/** Streams whose listing is in memory: a rebuild reads this many at a time. */
const maxStreams = 64
/** Packs that a listing takes in behind the upload that is looked for, because a rebuild asks for those next. */
const packsAhead = 256
/** By how much older uploads are that a listing takes in, because a rebuild does not ask in the order of the ids. */
const slackMs = 10_000
/** A text that sorts behind all ids. */
const endOfIds = 'g'

/** Where a body is in a pack. */
export interface Place {
  /** The pack's key. */
  readonly pack: string
  readonly offset: number
  readonly bytes: number
}

/** Where bodies are, by the newest listing of a stream's packs. */
interface PackDirectory {
  /** Where a body is, from memory alone; null where that is not known, too. */
  known(stream: string, upload: string): Place | null
  /**
   * Where a body is; null where it is in no pack. Callers that ask at one moment share a listing. Throws
   * `Unavailable`.
   */
  find(stream: string, upload: string): Promise<Place | null>
  /** To be called when packs of the stream were written or removed. */
  forget(stream: string): void
}

interface Listing {
  /** The listing's place in the order of all listings and questions; higher is later. */
  readonly turn: number
  /** All bodies with ids from this one up to, not with, `to` are in `places`. */
  readonly from: string
  readonly to: string
  /** By upload. */
  readonly places: ReadonlyMap<string, Place>
}

/** `packsOf` lists those packs of a stream that may have an upload, or younger ones, by their lowest ids. */
export function packDirectory(
  packsOf: (stream: string, upload: string) => AsyncIterable<Pack>,
): PackDirectory {
  const listings = createLru<string, Listing>(maxStreams)
  const inFlight = new Map<string, Promise<Listing>>()
  let turn = 0
  const known = (stream: string, upload: string) => listings.get(stream)?.places.get(upload) ?? null
  return { known, find, forget: (stream) => listings.delete(stream) }

  async function find(stream: string, upload: string): Promise<Place | null> {
    const asked = ++turn
    for (;;) {
      const place = known(stream, upload)
      if (place || isMissing(listings.get(stream), upload, asked)) return place
      const others = inFlight.get(stream)
      if (!others) break
      await others
    }
    const pending = list(stream, upload)
    inFlight.set(stream, pending)
    try {
      listings.set(stream, await pending)
    } finally {
      inFlight.delete(stream)
    }
    return known(stream, upload)
  }

  async function list(stream: string, upload: string): Promise<Listing> {
    const began = ++turn
    const from = startOfIdsAt(timeOfId(upload) - slackMs)
    const places = new Map<string, Place>()
    let ahead = 0
    for await (const pack of packsOf(stream, from)) {
      for (const { upload: member, offset, bytes } of placesIn(pack))
        if (member >= from) places.set(member, { pack: pack.key, offset, bytes })
      const to = lowestIdOf(pack)
      if (to > upload && ++ahead === packsAhead) return { turn: began, from, to, places }
    }
    return { turn: began, from, to: endOfIds, places }
  }
}

/** Whether a listing says that an upload is in no pack. Only one that began after the question can say so. */
const isMissing = (listing: Listing | undefined, upload: string, asked: number): boolean =>
  listing !== undefined && listing.turn > asked && listing.from <= upload && upload < listing.to
