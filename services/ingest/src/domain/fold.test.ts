import { deepEqual, equal } from 'node:assert/strict'
import { fold } from './fold.ts'
import { defaultIdleMs } from './judge/idle.ts'
import { initialState } from './judge/state.ts'
import { arrivalsOf, initAt, streamOf } from './judge/testing/arrivals.ts'

/** The judge stumbles over it. */
const unreadable: unknown = 3

describe('fold', () => {
  it('goes on after an upload that cannot be judged, and says which', () => {
    const stream = streamOf('cmaf-ingest')
    const known = { stream, state: initialState, inits: [], digests: {}, folders: {} }
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
})
