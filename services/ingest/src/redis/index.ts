import type { Redis } from 'ioredis'
import type { Folded, JudgedUpload, ObjectEvent } from '../domain/fold.ts'
import { directoryOf } from '../domain/object-path.ts'
import type { Stream } from '../domain/stream.ts'
import type { Index } from '../use-cases/ports.ts'
import { answered } from './client.ts'

// KEYS[1] cursors of the stream's journals; KEYS[2…] what is written. ARGV: journal, cursor expected, cursor
// after, writes as JSON [[command, key, argument…]…]. 1 when written, 0 when the cursor was somewhere else.
const commitScript = `
  if (redis.call('HGET', KEYS[1], ARGV[1]) or '0') ~= ARGV[2] then return 0 end
  for _, write in ipairs(cjson.decode(ARGV[4])) do redis.call(unpack(write)) end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  return 1`

/** All keys of a stream share a hash tag, so that a Redis Cluster keeps them together. */
const keysOf = (stream: string) => ({
  stream: `{stream:${stream}}:stream`,
  cursors: `{stream:${stream}}:cursors`,
  /** Upload id → JudgedUpload. */
  uploads: `{stream:${stream}}:uploads`,
  /** Path → id of its newest whole upload. */
  newest: `{stream:${stream}}:newest`,
  /** Path → id of a cut-off upload that no whole one has followed. */
  cutOff: `{stream:${stream}}:cut-off`,
  /** Path → id of the upload that holds its init segment. */
  inits: (folder: string) => `{stream:${stream}}:inits:${folder}`,
})

type Write = readonly [command: string, key: string, ...args: string[]]

/** The index as Redis hashes; a journal's cursor moves in the same step as what was read up to it. */
export function redisIndex(redis: Redis): Index {
  return {
    async cursor(stream, journal) {
      return Number((await answered(redis.hget(keysOf(stream).cursors, journal))) ?? 0)
    },
    async load(stream, folders) {
      const keys = keysOf(stream)
      const [json, ...inits] = await answered(
        Promise.all([redis.get(keys.stream), ...folders.map((folder) => redis.hgetall(keys.inits(folder)))]),
      )
      const paths = inits.flatMap((found) => Object.entries(found))
      return { stream: parseStream(json), inits: paths.map(([path, upload]) => ({ path, upload })) }
    },
    async commit(stream, { journal, from, to }, folded) {
      const writes = writesOf(stream, folded)
      const keys = [keysOf(stream).cursors, ...new Set(writes.map(([, key]) => key))]
      const args = [journal, String(from), String(to), JSON.stringify(writes)]
      return (await answered(redis.eval(commitScript, keys.length, ...keys, ...args))) === 1
    },
    async stream(id) {
      const keys = keysOf(id)
      const [json, newest, cutOff] = await answered(
        Promise.all([redis.get(keys.stream), redis.hvals(keys.newest), redis.hvals(keys.cutOff)]),
      )
      const stream = parseStream(json)
      if (!stream) return null
      const ids = [...newest, ...cutOff]
      const uploads = ids.length > 0 ? await answered(redis.hmget(keys.uploads, ...ids)) : []
      return { stream, uploads: uploads.flatMap((text) => parseUpload(text) ?? []).sort(byArrival) }
    },
    upload,
    async newest(stream, path) {
      const id = await answered(redis.hget(keysOf(stream).newest, path))
      return id === null ? null : upload(stream, id)
    },
  }

  async function upload(stream: string, id: string): Promise<JudgedUpload | null> {
    return parseUpload(await answered(redis.hget(keysOf(stream).uploads, id)))
  }
}

function writesOf(id: string, { stream, events }: Folded): Write[] {
  const ofStream: Write[] = stream ? [['SET', keysOf(id).stream, JSON.stringify(stream)]] : []
  return [...ofStream, ...events.flatMap((event) => writesOfEvent(id, event))]
}

function writesOfEvent(stream: string, event: ObjectEvent): Write[] {
  const keys = keysOf(stream)
  if (event.kind === 'deleted') {
    return [
      ['HDEL', keys.newest, event.path],
      ['HDEL', keys.cutOff, event.path],
      ['HDEL', keys.inits(directoryOf(event.path)), event.path],
    ]
  }
  const { upload, findings } = event
  const { id, path } = upload
  const record: Write = ['HSET', keys.uploads, id, JSON.stringify({ upload, findings })]
  if (!upload.whole) return [record, ['HSET', keys.cutOff, path, id]]
  const writes: Write[] = [record, ['HSET', keys.newest, path, id], ['HDEL', keys.cutOff, path]]
  return upload.kind === 'init' ? [...writes, ['HSET', keys.inits(directoryOf(path)), path, id]] : writes
}

const parseStream = (json: string | null | undefined): Stream | null =>
  json ? (JSON.parse(json) as Stream) : null
const parseUpload = (json: string | null | undefined): JudgedUpload | null =>
  json ? (JSON.parse(json) as JudgedUpload) : null

const byArrival = (a: JudgedUpload, b: JudgedUpload): number =>
  a.upload.receivedAt < b.upload.receivedAt ? -1 : 1
