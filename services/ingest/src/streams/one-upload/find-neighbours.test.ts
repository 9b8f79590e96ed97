import { deepEqual, ok } from 'node:assert/strict'
import type { JudgedUpload } from '../../indexing/judged-upload.ts'
import { findNeighbours } from './find-neighbours.ts'

/** A log of which retention has removed the uploads at some positions. */
function logOf(tracks: readonly (string | null)[], removed: readonly number[] = []) {
  const all = tracks.map(
    (track, position) =>
      ({ upload: { id: String(position) }, position, session: 's', track }) as JudgedUpload,
  )
  const limits: number[] = []
  return {
    limits,
    async log(_stream: string, from: number, limit: number) {
      limits.push(limit)
      const uploads = all.slice(from, from + limit).filter(({ position }) => !removed.includes(position))
      return { uploads, bytes: 0, next: from + limit < all.length ? from + limit : null }
    },
    of(position: number) {
      const judged = all[position]
      if (!judged) throw new Error(`nothing is at ${position}`)
      return findNeighbours(this, '1', judged).then((found) => Object.values(found))
    },
  }
}

describe('findNeighbours', () => {
  it('finds what is next to an upload, and next to it in its track', async () => {
    const log = logOf(['a', 'b', 'a', 'b', 'a'])
    deepEqual(await log.of(2), ['1', '3', '0', '4'])
    deepEqual(await log.of(0), [null, '1', null, '2'])
    deepEqual(await log.of(4), ['3', null, '2', null])
  })

  it('takes uploads without a track for no track', async () => {
    deepEqual(await logOf([null, null, null]).of(1), ['0', '2', null, null])
  })

  it('finds a track that is far away, some uploads at a time, and gives up behind 500', async () => {
    const far = logOf([
      'a',
      ...Array(400).fill('b'),
      'a',
      ...Array(499).fill('b'),
      'a',
      ...Array(501).fill('b'),
      'a',
    ])
    deepEqual(await far.of(401), ['400', '402', '0', '901'])
    deepEqual(await far.of(901), ['900', '902', '401', null])
    ok(far.limits.every((limit) => limit <= 25))
  })

  it('looks past uploads that retention has removed', async () => {
    const removed = Array.from({ length: 60 }, (_, i) => i + 1)
    deepEqual(await logOf(Array(100).fill('a'), removed).of(61), ['0', '62', '0', '62'])
    deepEqual(await logOf(Array(61).fill('a'), removed).of(0), [null, null, null, null])
  })
})
