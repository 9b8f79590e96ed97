import { deepEqual, equal } from 'node:assert/strict'
import type { IngestInterface } from '../../streams/stream.ts'
import { at, type Session } from '../state.ts'
import {
  anew,
  dynamicMpd,
  hlsSegment,
  init,
  initAt,
  initialPlaylist,
  mediaAt,
  multivariant,
  other,
  segment,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'
import { withShared } from './shared-uploads.ts'

function sessionAfter(
  objects: readonly TestObject[],
  ingest: IngestInterface = 'dash',
  key = '1',
): Session | undefined {
  return at(validateInOrder(streamOf(ingest), objects).state.sessions, key)
}

const first = [dynamicMpd(), init(), segment(1_001), segment(1_002)]

describe('uploads that two recordings share', () => {
  it('are what came again between the last segment of one and the first of the other', () => {
    const again = [dynamicMpd(), init(), init(), anew(segment(1_001))]
    const { id, shared } = sessionAfter([...first, ...again]) ?? {}
    deepEqual([id, shared?.toSorted()], ['1.2', ['u5', 'u7']])
  })

  it('are the init segments that its tracks go on with where the names are free', () => {
    const objects = [initAt('cam/init.mp4'), ...[1, 2].map((nth) => mediaAt(`cam/${nth}.m4s`, nth))]
    const restarted = anew(mediaAt('cam/1.m4s', 1))
    deepEqual(sessionAfter([...objects, restarted], 'cmaf-ingest', 'none')?.shared, ['u1'])
  })

  it('are those of the first recording in the third one, too', () => {
    const segments = [1, 2].map((nth) => mediaAt(`cam/${nth}.m4s`, nth))
    const objects = [initAt('cam/init.mp4'), ...segments, ...segments.map(anew)]
    const third = sessionAfter([...objects, anew(anew(mediaAt('cam/1.m4s', 1)))], 'cmaf-ingest', 'none')
    deepEqual([third?.id, third?.shared], ['none.3', ['u1']])
  })

  it('are none while the camera goes on', () => {
    equal(sessionAfter([dynamicMpd(), init()])?.sentAgain, undefined)
    const free = [initAt('cam/init.mp4'), initAt('cam/init.mp4'), mediaAt('cam/1.m4s', 1)]
    equal(sessionAfter(free, 'cmaf-ingest', 'none')?.sentAgain, undefined)
    const { sentAgain, shared } = sessionAfter([...first, init(), segment(1_003)]) ?? {}
    deepEqual([sentAgain, shared], [undefined, undefined])
    const playlists = [multivariant(), initialPlaylist(), init(), hlsSegment(1_001), initialPlaylist()]
    const live = sessionAfter(playlists, 'hls')
    deepEqual([Object.values(live?.sentAgain ?? {}), live?.shared], [['u5'], undefined])
  })

  it('are no more than some hundred', () => {
    let state = validateInOrder(streamOf('dash'), first).state
    for (let nth = 0; nth < 1_000; nth++) state = withShared(state, '1', `u${nth % 500}`)
    const { shared = [] } = at(state.sessions, '1') ?? {}
    deepEqual([shared.length, shared[0], new Set(shared).size], [384, 'u0', 384])
  })

  it('are remembered of a bounded number of paths', () => {
    const paths = Array.from({ length: 600 }, (_, nth) => `cam/${nth % 300}.jpg`)
    const objects = [initAt('cam/init.mp4'), ...paths.map((path) => other(path))]
    const { sentAgain = {} } = sessionAfter(objects, 'cmaf-ingest', 'none') ?? {}
    equal(Object.keys(sentAgain).length, 256)
  })
})
