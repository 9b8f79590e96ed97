import { deepEqual, equal } from 'node:assert/strict'
import { sessionViewOf } from '../../streams/session-view.ts'
import type { UploadsRemoval } from '../../uploads/upload.ts'
import { newSession, newTrack } from '../../validation/state.ts'
import { arrivalsOf, segment } from '../../validation/testing/arrivals.ts'
import type { JudgedUpload } from '../judged-upload.ts'
import { noTotals } from '../totals.ts'
import { foldRemoval, type RemovalInput } from './fold-removal.ts'

const removal: UploadsRemoval = {
  ...{ kind: 'uploads-removed', id: 'r', at: '2026-01-01T00:00:00.000Z' },
  ...{ session: '1', uploads: [], reason: 'age' },
}

const judged = [...arrivalsOf([segment(1_001), segment(1_002)])].map(
  ({ upload }): JudgedUpload => ({
    ...{ upload, findings: [], session: '1', track: 'v', status: 202, position: 0 },
    ...{ init: null, media: null, initFacts: null },
  }),
)
const bytes = judged.reduce((sum, { upload }) => sum + upload.bytes, 0)
const counts = { uploads: 2, bytes, errors: 0, warnings: 0 }
const current = { ...newSession('1', 0), counts }

const known: RemovalInput = {
  uploads: judged,
  objects: new Map(judged.map(({ upload: { path, id, sha256 } }) => [path, { upload: id, sha256 }])),
  totals: { ...noTotals, ...counts, lastSession: '1', codes: { 'extension error': 3 } },
  order: { open: '1', last: '1' },
  view: sessionViewOf(current),
  current,
  codes: { 'extension error': 2 },
}

describe('foldRemoval', () => {
  it('removes a session with its last upload, with what was counted of it', () => {
    const { view, current, gone, totals, order, folderDeltas } = foldRemoval(known, removal)
    deepEqual([view, current, gone?.id], [null, null, '1'])
    deepEqual(
      [totals.uploads, totals.bytes, totals.codes, totals.lastSession],
      [0, 0, { 'extension error': 1 }, null],
    )
    deepEqual(order, { open: null, last: '1' })
    equal(folderDeltas.get('session_1'), -2)
  })

  it('leaves a session of which something is left, with fewer uploads', () => {
    const some = foldRemoval({ ...known, uploads: judged.slice(0, 1) }, removal)
    deepEqual([some.view?.counts.uploads, some.current?.counts.uploads, some.gone], [1, 1, null])
    deepEqual([some.totals.uploads, some.totals.codes, some.order], [1, known.totals.codes, known.order])
  })

  it('leaves no init segment to the tracks of such a session that is gone', () => {
    const [removed, left] = judged.map(({ upload }) => upload.id)
    const tracks = {
      v: { ...newTrack('v'), hasInit: true, initUpload: removed },
      a: { ...newTrack('a'), hasInit: true, initUpload: left },
    }
    const some = { ...known, uploads: judged.slice(0, 1), current: { ...current, tracks } }
    const { current: after } = foldRemoval(some, removal)
    deepEqual([after?.tracks.v?.initUpload, after?.tracks.a?.initUpload], [undefined, left])
  })

  it('changes nothing where the uploads are gone already', () => {
    const again = foldRemoval({ ...known, uploads: [] }, removal)
    deepEqual(
      [again.totals, again.view, again.current, again.order],
      [...[known.totals, known.view, known.current, known.order]],
    )
  })

  it('leaves an object alone that stands in place of the removed one, and the session that has its number now', () => {
    const newer = new Map([[judged[0]?.upload.path ?? '', { upload: 'newer', sha256: '' }]])
    const next = { ...newSession('1', 0, 2), counts }
    const { uploads, current, folderDeltas } = foldRemoval(
      { ...known, objects: newer, current: next },
      removal,
    )
    deepEqual(
      [uploads.map(({ isObject }) => isObject), current, folderDeltas.size],
      [[false, false], next, 0],
    )
  })
})
