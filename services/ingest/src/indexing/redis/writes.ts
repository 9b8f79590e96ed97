import { encodeNotMedia } from '@pushav/shared/outcome-codec.ts'
import { probeOutcomesKey } from '@pushav/shared/probe-job.ts'
import { directoryOf } from '../../uploads/object-path.ts'
import { isAccepted } from '../../validation/finding.ts'
import { codeOf, codesWithSeverityOf, maxReportedUploads } from '../../validation/report.ts'
import { type FoldResult, laterSessionOf, type ObjectEvent, sessionOfInit } from '../fold.ts'
import { encodeInit } from './codecs/init-codec.ts'
import { encodeObject } from './codecs/object-codec.ts'
import { encodePathEntry } from './codecs/path-entry.ts'
import { playableMemberOf } from './codecs/playable-codec.ts'
import { encodeSession } from './codecs/session-codec.ts'
import { encodeUpload } from './codecs/upload-codec.ts'
import { deviceUpdates } from './counters/device-counters.ts'
import { minuteIncrements } from './counters/minute-counters.ts'
import { type Keys, keysOf } from './redis-keys.ts'
import { encodeView } from './session-views.ts'
import type { CachedStream } from './stream-cache.ts'
import { createWriteBatch, type Write, type WriteBatch } from './write-batch.ts'

/** What Redis has of a stream. */
type StreamInRedis = Pick<CachedStream, 'stream' | 'order' | 'sessions'>

/** The commands that store folded journal lines in Redis; `stored` is null where that is not known. */
export function writesOf(
  id: string,
  { stream, state, totals, folderDeltas, events, jobs, replaced }: FoldResult,
  stored: StreamInRedis | null,
): readonly Write[] {
  const keys = keysOf(id)
  const batch = createWriteBatch()
  if (stream && stream !== stored?.stream) batch.add('SET', keys.stream, JSON.stringify(stream))
  if (state.order !== stored?.order) batch.add('SET', keys.order, JSON.stringify(state.order))
  batch.add('SET', keys.totals, JSON.stringify(totals))
  for (const session of replaced) batch.add('HSET', keys.sessions, session.id, encodeView(session))
  for (const session of Object.values(state.sessions)) {
    const before = stored?.sessions.get(session.key)
    if (session === before) continue
    batch.add('HSET', keys.current, session.key, encodeSession(session))
    const staysOpen = before?.id === session.id && before.phase === 'open' && session.phase === 'open'
    if (!staysOpen) batch.add('HSET', keys.sessions, session.id, encodeView(session))
  }
  for (const event of events) {
    if (event.kind === 'deleted') addDeletion(batch, keys, event)
    else addJudgement(batch, keys, event)
    if (event.kind === 'judged' && stream?.interface !== 'cmaf-ingest') addInit(batch, keys, event)
    if (event.kind === 'judged' && event.nonMedia !== null)
      batch.add(
        'HSET',
        probeOutcomesKey(id),
        event.upload.id,
        encodeNotMedia(`this object is not media: it is ${event.nonMedia}`),
      )
  }
  for (const [folder, by] of folderDeltas)
    if (by !== 0) batch.add('HINCRBY', keys.folders, folder, String(by))
  addTrims(batch, keys, events)
  addCounters(batch, keys, events)
  for (const job of jobs) batch.add('HSET', keys.jobs, job.upload, JSON.stringify(job))
  return batch.writes
}

function addDeletion(batch: WriteBatch, keys: Keys, { path, previous }: Deletion): void {
  for (const key of [keys.newest, keys.objects, keys.cutOff, keys.inits(directoryOf(path))])
    batch.add('HDEL', key, path)
  if (previous) addVersion(batch, keys, path, previous.upload)
}

/** In the order of the ids, which is that of the requests' arrival. */
function addVersion(batch: WriteBatch, keys: Keys, path: string, upload: string): void {
  batch.add('ZADD', keys.versions(path), '0', upload)
}

function addJudgement(batch: WriteBatch, keys: Keys, event: Judgement): void {
  const { upload, findings, session } = event
  const { id, path, whole } = upload
  const isFine = isAccepted(findings)
  batch.add('HSET', keys.uploads, id, encodeUpload(event))
  batch.add('RPUSH', keys.log, id)
  addTally(batch, keys, event)
  if (event.place !== 'object') addVersion(batch, keys, path, id)
  else if (event.previous) addVersion(batch, keys, path, event.previous.upload)
  addPlayable(batch, keys, event)
  const receivedMs = Date.parse(upload.receivedAt)
  const entry = encodePathEntry({ upload: id, receivedMs, session, isAccepted: isFine })
  if (!whole) batch.add('HSET', keys.cutOff, path, entry)
  if (!whole || event.place === 'none') return
  batch.add('HSET', keys.newest, path, entry)
  batch.add('HDEL', keys.cutOff, path)
  if (event.place === 'object') addObject(batch, keys, event)
}

/** Adds an init segment to those of its folder, for the segments of dash and hls streams. */
function addInit(
  batch: WriteBatch,
  keys: Keys,
  { upload: { id, kind, path, whole }, place, session }: Judgement,
): void {
  if (kind !== 'init' || !whole || place === 'none') return
  const init = encodeInit({ upload: id, ...sessionOfInit(session) })
  batch.add('HSET', keys.inits(directoryOf(path)), path, init)
}

function addPlayable(batch: WriteBatch, keys: Keys, judged: Judgement): void {
  const { session, track, media } = judged
  const member = session === null || track === null ? null : playableMemberOf(judged)
  if (member !== null && session !== null && track !== null && media)
    batch.add('ZADD', keys.playable(session, track), String((media.decodeTime ?? 0) + media.shift), member)
}

/** Counters of the same minute and device are added up first, so that load makes no more commands. */
function addCounters(batch: WriteBatch, keys: Keys, events: readonly ObjectEvent[]): void {
  const judged = events.filter((event) => event.kind === 'judged')
  for (const [session, fields] of minuteIncrements(judged))
    for (const [field, by] of fields) batch.add('HINCRBY', keys.minutes(session), field, String(by))
  for (const { first, set, add } of deviceUpdates(judged)) {
    batch.add('HSETNX', keys.devices, ...first)
    batch.add('HSET', keys.devices, ...set)
    for (const [field, by] of add) batch.add('HINCRBY', keys.devices, field, String(by))
  }
}

function addObject(batch: WriteBatch, keys: Keys, { upload, session, list, isListed }: Judgement): void {
  const { id, path, sha256 } = upload
  batch.add('HSET', keys.objects, path, encodeObject({ upload: id, sha256, ...laterSessionOf(session) }))
  if (isListed && session !== null && list) batch.add('RPUSH', keys.listed(session, list), path)
}

function addTally(
  batch: WriteBatch,
  keys: Keys,
  { upload, findings, session, preconditions, withdrawn }: Judgement,
): void {
  for (const name of codesWithSeverityOf(findings)) {
    batch.add('HINCRBY', keys.counts(session), name, '1')
    batch.add('RPUSH', keys.first(session, codeOf(name)), upload.id)
  }
  for (const { upload: earlier, code, severity, session: of = session } of withdrawn) {
    batch.add('HINCRBY', keys.counts(of), `${code} ${severity}`, '-1')
    batch.add('LREM', keys.first(of, code), '0', earlier)
  }
  if (preconditions.length > 0) batch.add('SADD', keys.preconditions(session), ...preconditions)
}

/** The report names only the first uploads with each finding. */
function addTrims(batch: WriteBatch, keys: Keys, events: readonly ObjectEvent[]): void {
  const lists = new Set<string>()
  for (const event of events)
    if (event.kind === 'judged')
      for (const name of codesWithSeverityOf(event.findings))
        lists.add(keys.first(event.session, codeOf(name)))
  for (const key of lists) batch.add('LTRIM', key, '0', String(maxReportedUploads - 1))
}

type Judgement = Extract<ObjectEvent, { kind: 'judged' }>
type Deletion = Extract<ObjectEvent, { kind: 'deleted' }>
