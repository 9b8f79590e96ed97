import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { SessionAnswer } from '../domain/judge/answer.ts'
import type { Stream } from '../domain/stream.ts'
import { inPages, type Pages, readAhead } from '../use-cases/pages.ts'
import type {
  Index,
  IndexedSession,
  ListedUpload,
  ListedUploads,
  RejectedUpload,
} from '../use-cases/ports.ts'
import { byNumber } from './by-number.ts'
import { answered } from './client.ts'
import { judgedUpload } from './kept-upload.ts'
import { keysOf } from './keys.ts'
import { type Placed, type Places, placedInOrder } from './placed.ts'
import { scanHash } from './scan-hash.ts'
import { hmget, parse } from './values.ts'

/** Each page takes a few milliseconds. */
const sessionsAtOnce = 20
const firstPaths = 100
const morePaths = 500
const verdictsAtOnce = 100

/** Everything that a stream names, a page at a time. */
export function redisStreamLists(redis: RedisClient): Pick<Index, 'stream'> {
  return { stream }

  async function stream(id: string): ReturnType<Index['stream']> {
    const keys = keysOf(id)
    const [json, sessions, cutOff] = await Promise.all([
      answered(redis.get(keys.stream)),
      readAhead(sessionsOf(id)),
      readAhead(scanHash(redis, keys.cutOff)),
    ])
    const stream = parse<Stream>(json)
    // Cut-off ones are read before the others: a whole one that follows meanwhile must not be missed in both.
    return stream && { stream, sessions, uploads: uploadsOf(id, [cutOff, scanHash(redis, keys.newest)]) }
  }

  async function* sessionsOf(id: string): AsyncGenerator<readonly IndexedSession[]> {
    const { sessions } = keysOf(id)
    const found = new Set<string>()
    for await (const page of scanHash(redis, sessions)) for (const [key] of page) found.add(key)
    for (const some of inPages([...found].sort(byNumber), sessionsAtOnce)) {
      const answers = await answered(hmget(redis, sessions, some))
      const known = answers.flatMap((json) => parse<SessionAnswer>(json) ?? [])
      yield await Promise.all(known.map((answer) => withLists(id, answer)))
    }
  }

  async function withLists(id: string, answer: SessionAnswer): Promise<IndexedSession> {
    const list = (name: string) => listFrom(keysOf(id).listed(answer.key, name))
    const [segments, manifests] = await Promise.all([list('segments'), list('manifests')])
    return { ...answer, segments, manifests }
  }

  /** Its first page is read already, so that those of several go together. */
  async function listFrom(key: string): Promise<Pages<string>> {
    const first = await answered(redis.lrange(key, 0, firstPaths - 1))
    return pages()

    async function* pages(): AsyncGenerator<readonly string[]> {
      let [page, from] = [first, 0]
      for (let wanted = firstPaths; page.length > 0; wanted = morePaths) {
        yield page
        if (page.length < wanted) return
        from += page.length
        page = await answered(redis.lrange(key, from, from + morePaths - 1))
      }
    }
  }

  function uploadsOf(id: string, hashes: readonly Places[]): ListedUploads {
    let sorted: ReturnType<typeof sortOut> | null = null
    return { rejected, accepted }

    async function* rejected(): AsyncGenerator<readonly RejectedUpload[]> {
      sorted ??= sortOut(hashes)
      for (const page of (await sorted).rejected) {
        for (const some of inPages(page, verdictsAtOnce)) yield withFindings(id, some)
      }
    }

    async function* accepted(): AsyncGenerator<readonly ListedUpload[]> {
      sorted ??= sortOut(hashes)
      yield* (await sorted).accepted
    }
  }

  async function withFindings(id: string, some: readonly Placed[]): Promise<RejectedUpload[]> {
    const kept = await answered(
      hmget(
        redis,
        keysOf(id).uploads,
        some.map(({ upload }) => upload),
      ),
    )
    return some.map(({ path, session, upload }, i) => ({
      ...{ path, session },
      findings: kept[i] ? judgedUpload(upload, kept[i]).findings : [],
    }))
  }
}

async function sortOut(hashes: readonly Places[]) {
  const accepted: ListedUpload[][] = []
  const rejected: Placed[][] = []
  for await (const page of placedInOrder(hashes)) {
    accepted.push(page.filter(({ isAccepted }) => isAccepted).map(({ path, session }) => ({ path, session })))
    rejected.push(page.filter(({ isAccepted }) => !isAccepted))
  }
  return { accepted, rejected }
}
