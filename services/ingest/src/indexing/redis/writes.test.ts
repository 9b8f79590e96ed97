import { deepEqual } from 'node:assert/strict'
import { defaultIdleMs } from '../../validation/idle-sessions.ts'
import { initialState } from '../../validation/state.ts'
import { arrivalsOf, dynamicMpd, init, segment, streamOf } from '../../validation/testing/arrivals.ts'
import { type FoldInput, type FoldResult, fold } from '../fold.ts'
import { noTotals } from '../totals.ts'
import { keysOf } from './redis-keys.ts'
import { encodeView } from './session-views.ts'
import { writesOf } from './writes.ts'

const arrivals = [...arrivalsOf([dynamicMpd(), init(), segment(1_001)])]
const nothing: FoldInput = {
  stream: streamOf('dash'),
  state: initialState,
  inits: [],
  objects: new Map(),
  folders: new Map(),
  totals: noTotals,
}

function after(known: FoldInput, nth: number): FoldResult {
  const { upload, inspection } = arrivals[nth] ?? { upload: null, inspection: null }
  const entries = upload ? [{ kind: 'upload', id: upload.id, upload } as const] : []
  return fold('1', known, entries, {
    idleMs: defaultIdleMs,
    inspectionOf: () => inspection,
    onFault: () => undefined,
  })
}

const storedOf = ({ stream, state }: FoldResult) => ({
  stream,
  order: state.order,
  sessions: new Map(Object.entries(state.sessions)),
})

/** The keys that are written of some, each with its value or field and value. */
function written(folded: FoldResult, stored: Parameters<typeof writesOf>[2]) {
  const { stream, order, current, sessions } = keysOf('1')
  const names = new Map(
    Object.entries({ stream, order, current, sessions }).map(([name, key]) => [key, name]),
  )
  return writesOf('1', folded, stored).flatMap(([, key]) => names.get(key) ?? [])
}

describe('writesOf', () => {
  const first = after(nothing, 0)
  const second = after(first, 1)
  const third = after(second, 2)

  it('writes all of a stream that Redis may not have', () => {
    deepEqual(written(first, null), ['stream', 'order', 'current', 'sessions'])
    deepEqual(written(third, null), ['stream', 'order', 'current', 'sessions'])
  })

  it('writes of an open session only what the next upload needs', () => {
    deepEqual(written(second, storedOf(first)), ['current'])
    deepEqual(written(third, storedOf(second)), ['current'])
  })

  it('writes the view of a session once it ends, and leaves a session alone that stays as it is', () => {
    const session = third.state.sessions['1']
    if (!session) throw new Error('no session')
    const ended = { ...session, phase: 'complete' } as const
    const end = { ...third, state: { ...third.state, sessions: { 1: ended } } }
    deepEqual(written(end, storedOf(third)), ['current', 'sessions'])
    deepEqual(written(third, storedOf(end)), ['current', 'sessions'])
    deepEqual(written(third, storedOf(third)), [])
    deepEqual([encodeView(session), JSON.parse(encodeView(ended)).phase], ['', 'complete'])
  })
})
