import { deepEqual, equal, ok } from 'node:assert/strict'
import { defaultIdleMs } from '../validation/idle-sessions.ts'
import { initialState } from '../validation/state.ts'
import { arrivalsOf, initAt, segment, streamOf } from '../validation/testing/arrivals.ts'
import { fold } from './fold.ts'
import { noTotals } from './totals.ts'

/** The judge stumbles over it. */
const unreadable: unknown = 3

describe('fold', () => {
  it('goes on after an upload that cannot be judged, and says which', () => {
    const stream = streamOf('cmaf-ingest')
    const known = {
      stream,
      state: initialState,
      inits: [],
      objects: new Map(),
      folders: new Map(),
      totals: noTotals,
    }
    const arrivals = [...arrivalsOf([initAt('a.mp4'), initAt('b.mp4')])]
    const entries = arrivals.map(({ upload }) => ({ kind: 'upload', id: upload.id, upload }) as const)
    const faults: string[] = []
    const { events, jobs } = fold('1', known, entries, {
      idleMs: defaultIdleMs,
      inspectionOf: (id: string) => arrivals.find(({ upload }) => upload.id === id)?.inspection ?? null,
      onFault: (upload: { path: string }) => void faults.push(upload.path),
    })
    equal(faults.length, 0)
    const broken = fold('1', known, entries, {
      idleMs: defaultIdleMs,
      inspectionOf: (id: string) =>
        id === entries[0]?.id ? (unreadable as null) : (arrivals[1]?.inspection ?? null),
      onFault: (upload: { path: string }) => void faults.push(upload.path),
    })
    deepEqual(faults, ['a.mp4'])
    deepEqual([broken.events.length, broken.jobs.length], [events.length, jobs.length])
  })

  it('counts the objects that come and go below each folder', () => {
    const stream = streamOf('cmaf-ingest')
    const known = {
      stream,
      state: initialState,
      inits: [],
      objects: new Map([['v/old.mp4', { upload: 'u0', sha256: 'digest' }]]),
      totals: noTotals,
      folders: new Map([['v', 1]]),
    }
    const uploads = [...arrivalsOf([initAt('v/a/1.mp4'), initAt('v/a/1.mp4'), initAt('w/2.mp4')])].map(
      ({ upload }) => ({ kind: 'upload', id: upload.id, upload }) as const,
    )
    const deletions = ['v/old.mp4', 'w/2.mp4', 'w/none.mp4'].map(
      (path) => ({ kind: 'object-deleted', id: path, at: '', path }) as const,
    )
    const how = { idleMs: defaultIdleMs, inspectionOf: () => null, onFault: () => {} }
    const { folders, folderDeltas } = fold('1', known, [...uploads, ...deletions], how)
    deepEqual(Object.fromEntries(folderDeltas), { v: 0, 'v/a': 1, w: 0 })
    deepEqual(Object.fromEntries(folders), { v: 1, 'v/a': 1, w: 0 })
  })

  it('takes four times as long for four times as many lines', () => {
    for (const warmUp of [200, 200]) timeOf(warmUp)
    const [some, many] = [timeOf(1_000), timeOf(4_000)]
    ok(many < 9 * some, `1 000 lines took ${some} ms, 4 000 took ${many} ms`)
  })

  /** In this thread's own time, so that others on the machine do not count. */
  function timeOf(count: number): number {
    const known = {
      stream: streamOf('dash'),
      state: initialState,
      inits: [],
      objects: new Map(),
      totals: noTotals,
      folders: new Map(),
    }
    const sent = Array.from({ length: count }, (_, at) => segment(1_001 + at))
    const entries = [...arrivalsOf(sent)].map(
      ({ upload }) => ({ kind: 'upload', id: upload.id, upload }) as const,
    )
    const before = process.threadCpuUsage()
    fold('1', known, entries, { idleMs: defaultIdleMs, inspectionOf: () => null, onFault: () => {} })
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / 1_000
  }
})
