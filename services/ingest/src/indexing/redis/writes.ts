import { sessionViewOf } from '../../streams/session-view.ts'
import { directoryOf } from '../../uploads/object-path.ts'
import { isAccepted } from '../../validation/finding.ts'
import { codeOf, codesWithSeverityOf, maxReportedUploads } from '../../validation/report.ts'
import type { FoldResult, ObjectEvent } from '../fold.ts'
import { encodePathEntry } from './path-entry.ts'
import { type Keys, keysOf } from './redis-keys.ts'
import { encodeUpload } from './upload-codec.ts'
import { createWriteBatch, type Write, type WriteBatch } from './write-batch.ts'

/** The commands that store folded journal lines in Redis. */
export function writesOf(
  id: string,
  { stream, state, folderDeltas, events, jobs }: FoldResult,
): readonly Write[] {
  const keys = keysOf(id)
  const batch = createWriteBatch()
  if (stream) batch.add('SET', keys.stream, JSON.stringify(stream))
  batch.add('SET', keys.order, JSON.stringify(state.order))
  for (const session of Object.values(state.sessions)) {
    batch.add('HSET', keys.current, session.key, JSON.stringify(session))
    batch.add('HSET', keys.sessions, session.id, JSON.stringify(sessionViewOf(session)))
  }
  for (const event of events) {
    if (event.kind === 'deleted') addDeletion(batch, keys, event.path)
    else addJudgement(batch, keys, event)
  }
  for (const [folder, by] of folderDeltas)
    if (by !== 0) batch.add('HINCRBY', keys.folders, folder, String(by))
  addTrims(batch, keys, events)
  for (const job of jobs) batch.add('HSET', keys.jobs, job.upload, JSON.stringify(job))
  return batch.writes
}

function addDeletion(batch: WriteBatch, keys: Keys, path: string): void {
  for (const key of [keys.newest, keys.digests, keys.cutOff, keys.inits(directoryOf(path))])
    batch.add('HDEL', key, path)
}

function addJudgement(batch: WriteBatch, keys: Keys, event: Judgement): void {
  const { upload, findings, session } = event
  const { id, path, whole } = upload
  const isFine = isAccepted(findings)
  batch.add('HSET', keys.uploads, id, encodeUpload(event))
  batch.add('RPUSH', keys.log, id)
  addTally(batch, keys, event)
  if (!isFine) batch.add('INCR', keys.errors)
  const receivedMs = Date.parse(upload.receivedAt)
  const entry = encodePathEntry({ upload: id, receivedMs, session, isAccepted: isFine })
  if (!whole) batch.add('HSET', keys.cutOff, path, entry)
  if (!whole || event.place === 'none') return
  batch.add('HSET', keys.newest, path, entry)
  batch.add('HDEL', keys.cutOff, path)
  if (upload.kind === 'init') batch.add('HSET', keys.inits(directoryOf(path)), path, id)
  if (event.place === 'object') addObject(batch, keys, event)
}

function addObject(batch: WriteBatch, keys: Keys, { upload, session, list, isNew }: Judgement): void {
  const { path, sha256 } = upload
  batch.add('HSET', keys.digests, path, sha256)
  if (isNew && session !== null && list) batch.add('RPUSH', keys.listed(session, list), path)
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
  for (const { upload: earlier, code, severity } of withdrawn) {
    batch.add('HINCRBY', keys.counts(session), `${code} ${severity}`, '-1')
    batch.add('LREM', keys.first(session, code), '0', earlier)
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
