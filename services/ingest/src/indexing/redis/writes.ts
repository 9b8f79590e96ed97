import { sessionViewOf } from '../../streams/session-view.ts'
import { ancestorsOf, directoryOf } from '../../uploads/object-path.ts'
import { isAccepted } from '../../validation/finding.ts'
import { codeOf, codesWithSeverityOf, maxReportedUploads } from '../../validation/report.ts'
import type { FoldResult, ObjectEvent } from '../fold.ts'
import { keysOf } from './keys.ts'
import { encodePathEntry } from './path-entry.ts'
import { encodeUpload } from './upload-codec.ts'
import { createWriteBatch, type Write, type WriteBatch } from './write-batch.ts'

/** What folded journal lines leave in Redis. */
export function writesOf(id: string, { stream, state, events, jobs }: FoldResult): readonly Write[] {
  const keys = keysOf(id)
  const batch = createWriteBatch()
  if (stream) batch.add('SET', keys.stream, JSON.stringify(stream))
  batch.add('SET', keys.order, JSON.stringify(state.order))
  for (const session of Object.values(state.sessions)) {
    batch.add('HSET', keys.current, session.key, JSON.stringify(session))
    batch.add('HSET', keys.sessions, session.id, JSON.stringify(sessionViewOf(session)))
  }
  for (const event of events) {
    if (event.kind === 'deleted') addDeletion(batch, id, event)
    else addJudgement(batch, id, event)
  }
  addTrims(batch, id, events)
  for (const job of jobs) batch.add('HSET', keys.jobs, job.upload, JSON.stringify(job))
  return batch.writes
}

function addDeletion(
  batch: WriteBatch,
  stream: string,
  { path, stood }: Extract<ObjectEvent, { kind: 'deleted' }>,
): void {
  const keys = keysOf(stream)
  for (const key of [keys.newest, keys.digests, keys.cutOff, keys.inits(directoryOf(path))])
    batch.add('HDEL', key, path)
  if (stood) addCounts(batch, keys.folders, path, -1)
}

function addCounts(batch: WriteBatch, folders: string, path: string, by: 1 | -1): void {
  for (const folder of ancestorsOf(path)) batch.add('HINCRBY', folders, folder, String(by))
}

function addJudgement(batch: WriteBatch, stream: string, event: Judgement): void {
  const keys = keysOf(stream)
  const { upload, findings, session } = event
  const { id, path, whole } = upload
  const isFine = isAccepted(findings)
  batch.add('HSET', keys.uploads, id, encodeUpload(event))
  batch.add('RPUSH', keys.log, id)
  addTally(batch, stream, event)
  if (!isFine) batch.add('INCR', keys.errors)
  const receivedMs = Date.parse(upload.receivedAt)
  const standing = encodePathEntry({ upload: id, receivedMs, session, isAccepted: isFine })
  if (!whole) batch.add('HSET', keys.cutOff, path, standing)
  if (!whole || event.place === 'none') return
  batch.add('HSET', keys.newest, path, standing)
  batch.add('HDEL', keys.cutOff, path)
  if (upload.kind === 'init') batch.add('HSET', keys.inits(directoryOf(path)), path, id)
  if (event.place === 'object') addObject(batch, stream, event)
}

function addObject(batch: WriteBatch, stream: string, { upload, session, list, isNew }: Judgement): void {
  const keys = keysOf(stream)
  const { path, sha256 } = upload
  batch.add('HSET', keys.digests, path, sha256)
  if (!isNew) return
  if (session !== null && list) batch.add('RPUSH', keys.listed(session, list), path)
  addCounts(batch, keys.folders, path, 1)
}

function addTally(
  batch: WriteBatch,
  stream: string,
  { upload, findings, session, preconditions, withdrawn }: Judgement,
): void {
  const keys = keysOf(stream)
  for (const weighed of codesWithSeverityOf(findings)) {
    batch.add('HINCRBY', keys.counts(session), weighed, '1')
    batch.add('RPUSH', keys.first(session, codeOf(weighed)), upload.id)
  }
  for (const { upload: earlier, code, severity } of withdrawn) {
    batch.add('HINCRBY', keys.counts(session), `${code} ${severity}`, '-1')
    batch.add('LREM', keys.first(session, code), '0', earlier)
  }
  if (preconditions.length > 0) batch.add('SADD', keys.preconditions(session), ...preconditions)
}

/** Only the first uploads with each finding are told. */
function addTrims(batch: WriteBatch, stream: string, events: readonly ObjectEvent[]): void {
  const lists = new Set<string>()
  for (const event of events)
    if (event.kind === 'judged')
      for (const weighed of codesWithSeverityOf(event.findings))
        lists.add(keysOf(stream).first(event.session, codeOf(weighed)))
  for (const key of lists) batch.add('LTRIM', key, '0', String(maxReportedUploads - 1))
}

type Judgement = Extract<ObjectEvent, { kind: 'judged' }>
