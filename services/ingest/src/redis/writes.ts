import type { Folded, ObjectEvent } from '../domain/fold.ts'
import { sessionAnswer } from '../domain/judge/answer.ts'
import { isAccepted } from '../domain/judge/finding.ts'
import { codeOf, mostUploads, weighedOf } from '../domain/judge/report.ts'
import { ancestorsOf, directoryOf } from '../domain/object-path.ts'
import { type Batch, createBatch, type Write } from './batch.ts'
import { keptUpload } from './kept-upload.ts'
import { keysOf } from './keys.ts'
import { standingText } from './standing.ts'

/** What folded journal lines leave in Redis. */
export function writesOf(id: string, { stream, state, events, jobs }: Folded): readonly Write[] {
  const keys = keysOf(id)
  const batch = createBatch()
  if (stream) batch.add('SET', keys.stream, JSON.stringify(stream))
  batch.add('SET', keys.order, JSON.stringify(state.order))
  for (const session of Object.values(state.sessions)) {
    batch.add('HSET', keys.current, session.key, JSON.stringify(session))
    batch.add('HSET', keys.sessions, session.id, JSON.stringify(sessionAnswer(session)))
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
  batch: Batch,
  stream: string,
  { path, stood }: Extract<ObjectEvent, { kind: 'deleted' }>,
): void {
  const keys = keysOf(stream)
  for (const key of [keys.newest, keys.digests, keys.cutOff, keys.inits(directoryOf(path))])
    batch.add('HDEL', key, path)
  if (stood) addCounts(batch, keys.folders, path, -1)
}

function addCounts(batch: Batch, folders: string, path: string, by: 1 | -1): void {
  for (const folder of ancestorsOf(path)) batch.add('HINCRBY', folders, folder, String(by))
}

function addJudgement(batch: Batch, stream: string, event: Judgement): void {
  const keys = keysOf(stream)
  const { upload, findings, session } = event
  const { id, path, whole } = upload
  const isFine = isAccepted(findings)
  batch.add('HSET', keys.uploads, id, keptUpload(event))
  batch.add('RPUSH', keys.log, id)
  addTally(batch, stream, event)
  if (!isFine) batch.add('INCR', keys.errors)
  const receivedMs = Date.parse(upload.receivedAt)
  const standing = standingText({ upload: id, receivedMs, session, isAccepted: isFine })
  if (!whole) batch.add('HSET', keys.cutOff, path, standing)
  if (!whole || event.place === 'none') return
  batch.add('HSET', keys.newest, path, standing)
  batch.add('HDEL', keys.cutOff, path)
  if (upload.kind === 'init') batch.add('HSET', keys.inits(directoryOf(path)), path, id)
  if (event.place === 'object') addObject(batch, stream, event)
}

function addObject(batch: Batch, stream: string, { upload, session, list, isNew }: Judgement): void {
  const keys = keysOf(stream)
  const { path, sha256 } = upload
  batch.add('HSET', keys.digests, path, sha256)
  if (!isNew) return
  if (session !== null && list) batch.add('RPUSH', keys.listed(session, list), path)
  addCounts(batch, keys.folders, path, 1)
}

function addTally(batch: Batch, stream: string, { upload, findings, session, situations }: Judgement): void {
  const keys = keysOf(stream)
  for (const weighed of weighedOf(findings)) {
    batch.add('HINCRBY', keys.counts(session), weighed, '1')
    batch.add('RPUSH', keys.first(session, codeOf(weighed)), upload.id)
  }
  if (situations.length > 0) batch.add('SADD', keys.situations(session), ...situations)
}

/** Only the first uploads with each finding are told. */
function addTrims(batch: Batch, stream: string, events: readonly ObjectEvent[]): void {
  const lists = new Set<string>()
  for (const event of events)
    if (event.kind === 'judged')
      for (const weighed of weighedOf(event.findings))
        lists.add(keysOf(stream).first(event.session, codeOf(weighed)))
  for (const key of lists) batch.add('LTRIM', key, '0', String(mostUploads - 1))
}

type Judgement = Extract<ObjectEvent, { kind: 'judged' }>
