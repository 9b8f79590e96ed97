import { probeOutcomesKey } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { SessionView } from '../../streams/session-view.ts'
import { directoryOf } from '../../uploads/object-path.ts'
import type { UploadsRemoval } from '../../uploads/upload.ts'
import { codeOf, codesWithSeverityOf } from '../../validation/report.ts'
import { initialState, type Order, type Session, sessionKeyOf } from '../../validation/state.ts'
import type { RemovalInput, RemovalResult } from '../removals/fold-removal.ts'
import { noTotals, type Totals } from '../totals.ts'
import { decodeObject } from './codecs/object-codec.ts'
import { playableMemberOf } from './codecs/playable-codec.ts'
import { encodeSession } from './codecs/session-codec.ts'
import { decodeUpload } from './codecs/upload-codec.ts'
import { orUnavailable } from './connections.ts'
import { deviceRemovals } from './counters/device-counters.ts'
import { minuteIncrements } from './counters/minute-counters.ts'
import { type Keys, keysOf } from './redis-keys.ts'
import { decodeView, encodeView } from './session-views.ts'
import { hmget, parse } from './values.ts'
import { createWriteBatch, type Write, type WriteBatch } from './write-batch.ts'

/** Loads what is needed to remove uploads from the index. */
export async function loadRemoval(
  redis: RedisClient,
  stream: string,
  { session, uploads: ids }: UploadsRemoval,
): Promise<RemovalInput> {
  const keys = keysOf(stream)
  const [rows, totals, order, storedView, currentJson, codes] = await orUnavailable(
    Promise.all([
      hmget(redis, keys.uploads, ids),
      redis.get(keys.totals),
      redis.get(keys.order),
      session === null ? null : redis.hget(keys.sessions, session),
      session === null ? null : redis.hget(keys.current, sessionKeyOf(session)),
      redis.hgetall(keys.counts(session)),
    ]),
  )
  const current = parse<Session>(currentJson)
  const uploads = ids.flatMap((id, i) => (rows[i] ? [decodeUpload(id, rows[i])] : []))
  const paths = [...new Set(uploads.map(({ upload }) => upload.path))]
  const objects = await orUnavailable(hmget(redis, keys.objects, paths))
  return {
    uploads,
    objects: new Map(paths.flatMap((path, i) => (objects[i] ? [[path, decodeObject(objects[i])]] : []))),
    totals: parse<Totals>(totals) ?? noTotals,
    order: parse<Order>(order) ?? initialState.order,
    view: session === null ? null : decodeView(session, storedView, current),
    current,
    codes: Object.fromEntries(Object.entries(codes).map(([name, count]) => [name, Number(count)])),
  }
}

/**
 * The commands that remove uploads from Redis. The first of them only delete, because a Redis without memory runs the
 * rest of a script that has freed some.
 */
export function removalWritesOf(stream: string, removal: RemovalResult): readonly Write[] {
  const { uploads, totals, order, folderDeltas, session, view, gone } = removal
  const keys = keysOf(stream)
  const batch = createWriteBatch()
  for (const { upload } of uploads) batch.add('HDEL', keys.uploads, upload.id)
  for (const { upload, isObject } of uploads) {
    const { id, path } = upload
    batch.add('HDEL', keys.jobs, id)
    batch.add('HDEL', probeOutcomesKey(stream), id)
    batch.add('ZREM', keys.versions(path), id)
    batch.add('HDELOF', keys.newest, path, id)
    batch.add('HDELOF', keys.cutOff, path, id)
    if (!isObject) continue
    batch.add('HDEL', keys.objects, path)
    batch.add('HDEL', keys.inits(directoryOf(path)), path)
  }
  if (gone) addSessionRemoval(batch, keys, removal, gone)
  else if (session === null || view) addCounts(batch, keys, removal)
  for (const { add } of deviceRemovals(uploads))
    for (const [field, by] of add) batch.add('HINCRBY', keys.devices, field, String(by))
  for (const [folder, by] of folderDeltas) batch.add('HINCRBY', keys.folders, folder, String(by))
  batch.add('SET', keys.order, JSON.stringify(order))
  batch.add('SET', keys.totals, JSON.stringify(totals))
  return batch.writes
}

function addSessionRemoval(batch: WriteBatch, keys: Keys, removal: RemovalResult, gone: SessionView): void {
  const { id } = gone
  batch.add('HDEL', keys.sessions, id)
  if (removal.current === null) batch.add('HDEL', keys.current, sessionKeyOf(id))
  for (const list of ['segments', 'manifests']) batch.add('DEL', keys.listed(id, list))
  for (const track of Object.keys(gone.tracks)) batch.add('DEL', keys.playable(id, track))
  for (const key of [keys.minutes(id), keys.counts(id), keys.preconditions(id)]) batch.add('DEL', key)
  const codes = new Set(removal.codes.map(codeOf))
  for (const code of codes) batch.add('DEL', keys.first(id, code))
}

/** Subtracts uploads from the counts of a session that stays, or of the uploads that belong to none. */
function addCounts(batch: WriteBatch, keys: Keys, { uploads, session, view, current }: RemovalResult): void {
  for (const judged of uploads) {
    const { track, findings, upload } = judged
    const member = playableMemberOf(judged)
    if (member !== null && session !== null && track !== null)
      batch.add('ZREM', keys.playable(session, track), member)
    for (const name of codesWithSeverityOf(findings)) {
      batch.add('LREM', keys.first(session, codeOf(name)), '0', upload.id)
      if (session === null) batch.add('HINCRBY', keys.counts(session), name, '-1')
    }
  }
  for (const [of, fields] of minuteIncrements(uploads))
    for (const [field, by] of fields) batch.add('HINCRBY', keys.minutes(of), field, String(-by))
  if (session === null || !view) return
  const isCurrent = current?.id === session
  if (isCurrent) batch.add('HSET', keys.current, current.key, encodeSession(current))
  batch.add('HSET', keys.sessions, session, isCurrent ? encodeView(current) : encodeSession(view))
}
