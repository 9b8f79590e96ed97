import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { decodeUpload } from '../../indexing/redis/codecs/upload-codec.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import { keysOf } from '../../indexing/redis/redis-keys.ts'
import { readSessionViews } from '../../indexing/redis/session-views.ts'
import { hmget, parse } from '../../indexing/redis/values.ts'
import { inPages, type Pages, prefetchPage } from '../pages.ts'
import type { IndexedSession, ListedUpload, ListedUploads, RejectedUpload, StreamQueries } from '../ports.ts'
import type { SessionView } from '../session-view.ts'
import type { Stream } from '../stream.ts'
import { inArrivalOrder, type ListedPath, type PathEntries } from './arrival-order.ts'
import { byNumber } from './by-number.ts'
import { scanHash } from './scan-hash.ts'

/** Sizes of pages that take a few milliseconds each. */
const sessionsPerPage = 20
const firstPagePaths = 100
const pagePaths = 500
const verdictsPerPage = 25

/** A stream with all its sessions and paths, a page at a time. */
export function redisStreamPages(redis: RedisClient): Pick<StreamQueries, 'stream'> {
  return { stream }

  async function stream(id: string): ReturnType<StreamQueries['stream']> {
    const keys = keysOf(id)
    const [json, sessions, cutOff] = await Promise.all([
      orUnavailable(redis.get(keys.stream)),
      prefetchPage(sessionsOf(id)),
      prefetchPage(scanHash(redis, keys.cutOff)),
    ])
    const stream = parse<Stream>(json)
    // Cut-off uploads are read first, so that a path whose whole upload comes meanwhile is found in one of the two.
    return stream && { stream, sessions, uploads: uploadsOf(id, [cutOff, scanHash(redis, keys.newest)]) }
  }

  async function* sessionsOf(id: string): AsyncGenerator<readonly IndexedSession[]> {
    const { sessions } = keysOf(id)
    const found = new Set<string>()
    for await (const page of scanHash(redis, sessions)) for (const [key] of page) found.add(key)
    for (const some of inPages([...found].sort(byNumber), sessionsPerPage)) {
      const views = await readSessionViews(redis, id, some)
      yield await Promise.all(views.map((view) => withLists(id, view)))
    }
  }

  async function withLists(id: string, view: SessionView): Promise<IndexedSession> {
    const { listed } = keysOf(id)
    const list = (name: string) => listFrom(listed(view.id, name))
    const [segments, manifests] = await Promise.all([list('segments'), list('manifests')])
    return { ...view, segments, manifests }
  }

  /** Reads the first page at once, so that the first pages of several lists go to Redis together. */
  async function listFrom(key: string): Promise<Pages<string>> {
    const first = await orUnavailable(redis.lrange(key, 0, firstPagePaths - 1))
    return pages()

    async function* pages(): AsyncGenerator<readonly string[]> {
      let [page, from] = [first, 0]
      for (let wanted = firstPagePaths; page.length > 0; wanted = pagePaths) {
        yield page
        if (page.length < wanted) return
        from += page.length
        page = await orUnavailable(redis.lrange(key, from, from + pagePaths - 1))
      }
    }
  }

  function uploadsOf(id: string, hashes: readonly PathEntries[]): ListedUploads {
    let sorted: ReturnType<typeof sortOut> | null = null
    return { rejected, accepted }

    async function* rejected(): AsyncGenerator<readonly RejectedUpload[]> {
      sorted ??= sortOut(hashes)
      for (const page of (await sorted).rejected) {
        for (const some of inPages(page, verdictsPerPage)) yield withFindings(id, some)
      }
    }

    async function* accepted(): AsyncGenerator<readonly ListedUpload[]> {
      sorted ??= sortOut(hashes)
      yield* (await sorted).accepted
    }
  }

  async function withFindings(id: string, some: readonly ListedPath[]): Promise<RejectedUpload[]> {
    const ids = some.map(({ upload }) => upload)
    const found = await orUnavailable(hmget(redis, keysOf(id).uploads, ids))
    return some.map(({ path, session, upload }, i) => ({
      path,
      session,
      findings: found[i] ? decodeUpload(upload, found[i]).findings : [],
    }))
  }
}

async function sortOut(hashes: readonly PathEntries[]) {
  const accepted: ListedUpload[][] = []
  const rejected: ListedPath[][] = []
  for await (const page of inArrivalOrder(hashes)) {
    accepted.push(page.filter(({ isAccepted }) => isAccepted).map(({ path, session }) => ({ path, session })))
    rejected.push(page.filter(({ isAccepted }) => !isAccepted))
  }
  return { accepted, rejected }
}
