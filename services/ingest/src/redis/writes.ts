import type { Folded, ObjectEvent } from '../domain/fold.ts'
import { sessionAnswer } from '../domain/judge/answer.ts'
import { isAccepted } from '../domain/judge/finding.ts'
import { codeOf, mostUploads, weighedOf } from '../domain/judge/report.ts'
import { ancestorsOf, directoryOf } from '../domain/object-path.ts'
import { keptUpload } from './kept-upload.ts'
import { keysOf } from './keys.ts'
import { standingText } from './standing.ts'

/** One Redis command. */
export type Write = readonly [command: string, key: string, ...args: string[]]

/** What folded journal lines leave in Redis. */
export function writesOf(id: string, { stream, state, events, jobs }: Folded): Write[] {
  const keys = keysOf(id)
  const ofSessions = Object.values(state.sessions).flatMap((session): Write[] => [
    ['HSET', keys.current, session.key, JSON.stringify(session)],
    ['HSET', keys.sessions, session.id, JSON.stringify(sessionAnswer(session))],
  ])
  return [
    ...(stream ? [['SET', keys.stream, JSON.stringify(stream)] as const] : []),
    ['SET', keys.order, JSON.stringify(state.order)],
    ...ofSessions,
    ...events.flatMap((event) => (event.kind === 'deleted' ? deletion(id, event) : judgement(id, event))),
    ...trims(id, events),
    ...jobs.map((job): Write => ['HSET', keys.jobs, job.upload, JSON.stringify(job)]),
  ]
}

function deletion(stream: string, { path, stood }: Extract<ObjectEvent, { kind: 'deleted' }>): Write[] {
  const keys = keysOf(stream)
  const gone = [keys.newest, keys.digests, keys.cutOff, keys.inits(directoryOf(path))].map(
    (key): Write => ['HDEL', key, path],
  )
  return stood ? [...gone, ...countedIn(keys.folders, path, -1)] : gone
}

const countedIn = (folders: string, path: string, by: 1 | -1): Write[] =>
  ancestorsOf(path).map((folder) => ['HINCRBY', folders, folder, String(by)])

function judgement(stream: string, event: Judgement): Write[] {
  const keys = keysOf(stream)
  const { upload, findings, session, track, list, isNew, place } = event
  const { id, path, whole, kind, sha256 } = upload
  const writes: Write[] = [
    ['HSET', keys.uploads, id, keptUpload({ upload, findings, session, track })],
    ['RPUSH', keys.log, id],
    ...tallied(stream, event),
    ...(isAccepted(findings) ? [] : [['INCR', keys.errors] as const]),
  ]
  const receivedMs = Date.parse(upload.receivedAt)
  const standing = standingText({ upload: id, receivedMs, session, isAccepted: isAccepted(findings) })
  if (!whole) return [...writes, ['HSET', keys.cutOff, path, standing]]
  if (place === 'none') return writes
  writes.push(['HSET', keys.newest, path, standing], ['HDEL', keys.cutOff, path])
  if (kind === 'init') writes.push(['HSET', keys.inits(directoryOf(path)), path, id])
  if (place === 'beside') return writes
  writes.push(['HSET', keys.digests, path, sha256])
  if (!isNew) return writes
  const listed: Write[] = session !== null && list ? [['RPUSH', keys.listed(session, list), path]] : []
  return [...writes, ...listed, ...countedIn(keys.folders, path, 1)]
}

function tallied(stream: string, { upload, findings, session, situations }: Judgement): Write[] {
  const keys = keysOf(stream)
  const counted = weighedOf(findings).flatMap((weighed): Write[] => [
    ['HINCRBY', keys.counts(session), weighed, '1'],
    ['RPUSH', keys.first(session, codeOf(weighed)), upload.id],
  ])
  return situations.length > 0 ? [...counted, ['SADD', keys.situations(session), ...situations]] : counted
}

/** Only the first uploads with each finding are told. */
function trims(stream: string, events: readonly ObjectEvent[]): Write[] {
  const judgements = events.filter((event) => event.kind === 'judged')
  const lists = judgements.flatMap(({ session, findings }) =>
    weighedOf(findings).map((weighed) => keysOf(stream).first(session, codeOf(weighed))),
  )
  return [...new Set(lists)].map((key) => ['LTRIM', key, '0', String(mostUploads - 1)])
}

type Judgement = Extract<ObjectEvent, { kind: 'judged' }>
