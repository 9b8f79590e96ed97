import { deepEqual, equal, ok } from 'node:assert/strict'
import { defaultIdleMs } from '../validation/idle-sessions.ts'
import { at, initialState } from '../validation/state.ts'
import {
  arrivalsOf,
  dynamicMpd,
  init,
  initAt,
  mediaAt,
  segment,
  streamOf,
  type TestObject,
} from '../validation/testing/arrivals.ts'
import { type FoldInput, fold } from './fold.ts'
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

  describe('probes of segments that came before their init segment', () => {
    const plain = [1, 2].map((nth) => mediaAt(`v/${nth}.m4s`, nth))

    it('are repeated once when it comes', () => {
      const { jobs, waiting } = jobsOf('cmaf-ingest', [
        ...plain,
        initAt('v/init.mp4'),
        mediaAt('v/3.m4s', 3),
        initAt('v/init.mp4', { averageBitrate: 1 }),
      ])
      deepEqual(jobs, [
        'u1 v/1.m4s with null',
        'u2 v/2.m4s with null',
        'u3 v/init.mp4 with null',
        'u1 v/1.m4s with u3',
        'u2 v/2.m4s with u3',
        'u4 v/3.m4s with u3',
        'u5 v/init.mp4 with null',
      ])
      equal(waiting, undefined)
    })

    it('are repeated on dash streams, also before the MPD, and only of its track', () => {
      const objects = [segment(1001), segment(1001, {}, {}, 'audio'), dynamicMpd(), init()]
      const { jobs, waiting } = jobsOf('dash', objects)
      deepEqual(jobs.slice(4), ['u1 session_1/video/segment_1001.m4s with u4'])
      deepEqual(
        waiting?.map(({ path }) => path),
        ['session_1/audio/segment_1001.m4s'],
      )
    })

    it('are the newest of any number', () => {
      const many = Array.from({ length: 40 }, (_, index) => mediaAt(`v/${index + 1}.m4s`, index + 1))
      const { jobs } = jobsOf('cmaf-ingest', [...many, initAt('v/init.mp4')])
      deepEqual([jobs.length, jobs[41]], [40 + 1 + 16, 'u25 v/25.m4s with u41'])
      const long = many.map((one) => ({
        ...one,
        path: `${'v'.repeat(200)}/${'n'.repeat(200)}${one.path.slice(2)}`,
      }))
      const { waiting = [] } = jobsOf('cmaf-ingest', long)
      ok(waiting.length > 0 && JSON.stringify(waiting).length < 8_192)
    })
  })

  describe('probes of segments whose init segment has come several times with the same bytes', () => {
    const initsOf = (objects: readonly TestObject[]) =>
      jobsOf('cmaf-ingest', objects).jobs.filter((job) => !job.endsWith('null'))

    it('use the newest of them', () => {
      const init = initAt('v/init.mp4')
      const objects = [init, mediaAt('v/1.m4s', 1), init, mediaAt('v/2.m4s', 2)]
      deepEqual(initsOf(objects), ['u2 v/1.m4s with u1', 'u4 v/2.m4s with u3'])
    })

    it('use that of their own long request', () => {
      const request = (id: string, ...numbers: readonly number[]) => {
        const cut = { part: { of: id, from: 0 } }
        const at = (name: string) => `v.cmfv.parts/${id}/${name}`
        return [
          initAt(at('init.mp4'), {}, { sha256: 'init', cut }),
          ...numbers.map((nth) => mediaAt(at(`${nth}.m4s`), nth, {}, { cut })),
        ]
      }
      deepEqual(initsOf([...request('a', 1, 2), ...request('b', 3)]), [
        'u2 v.cmfv.parts/a/1.m4s with u1',
        'u3 v.cmfv.parts/a/2.m4s with u1',
        'u5 v.cmfv.parts/b/3.m4s with u4',
      ])
    })

    it('use that of their own clip', () => {
      const clip = (id: string) => {
        const cut = { part: { of: id, from: 0 } }
        const path = `cam/clip-${id}.mp4`
        return [
          initAt(`${path}.parts/${id}/init.mp4`, {}, { sha256: 'init', cut }),
          mediaAt(`${path}.parts/${id}/1.m4s`, 1, {}, { cut }),
          initAt(path, {}, { id, sha256: id, cut: { parts: 2 } }),
        ]
      }
      deepEqual(initsOf([...clip('01'), ...clip('02')]), [
        'u2 cam/clip-01.mp4.parts/01/1.m4s with u1',
        'u5 cam/clip-02.mp4.parts/02/1.m4s with u4',
      ])
    })

    it('use it also in tracks that share the init segment of another track', () => {
      const shared = initAt('cam/init.mp4')
      const of = (track: string, nth: number) => mediaAt(`cam/${track}/${nth}.m4s`, nth)
      const objects = [shared, of('a', 1), of('b', 1), shared, of('a', 2), of('b', 2)]
      deepEqual(
        initsOf(objects).map((job) => job.replace(/ cam.*with/, '')),
        ['u2 u1', 'u3 u1', 'u5 u4', 'u6 u4'],
      )
    })
  })

  it('tells a session which init segments it needs that belong to none', () => {
    const nameless = initAt('session_1/video/init.m4s')
    const sharedAfter = (...objects: readonly TestObject[]) =>
      at(jobsOf('dash', objects).state.sessions, '1')?.shared
    const objects = [dynamicMpd(), segment(1001), segment(1002)]
    deepEqual(sharedAfter(nameless, ...objects), ['u1'])
    deepEqual(sharedAfter(...objects, nameless), ['u4'])
    deepEqual(sharedAfter(nameless, ...objects, nameless, segment(1003)), ['u1', 'u5'])
    deepEqual(sharedAfter(dynamicMpd(), init(), segment(1001)), undefined)
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

  /** The probes of objects, and what waits after the last of them. */
  function jobsOf(ingest: 'dash' | 'cmaf-ingest', objects: readonly TestObject[]) {
    let known: FoldInput = {
      ...{ stream: streamOf(ingest), state: initialState, inits: [], totals: noTotals },
      ...{ objects: new Map(), folders: new Map() },
    }
    const jobs: string[] = []
    for (const { upload, inspection } of arrivalsOf(objects)) {
      const entry = {
        kind: 'upload',
        id: upload.id,
        upload: { ...upload, kind: inspection?.kind ?? 'other' },
      } as const
      const how = { idleMs: defaultIdleMs, inspectionOf: () => inspection, onFault: () => {} }
      // As the index stores it.
      const stored = {
        ...known,
        ...JSON.parse(JSON.stringify({ state: known.state, totals: known.totals })),
      }
      const folded = fold('1', stored, [entry], how)
      jobs.push(...folded.jobs.map((job) => `${job.upload} ${job.path} with ${job.init}`))
      known = folded
    }
    return { jobs, waiting: known.totals.waitingProbes, state: known.state }
  }
})
