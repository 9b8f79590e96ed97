import { deepEqual } from 'node:assert/strict'
import {
  codesOf,
  dynamicMpd,
  init,
  initAt,
  mediaAt,
  representation,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'

const named = (track: string, count: number | null) =>
  representation('session_7', track, {
    codecs: track === 'video' ? 'avc1.4d401f' : 'mp4a.40.2',
    timeline: count === null ? null : [{ t: 0, d: 4_000, count }],
  })
const encrypted = { encrypted: true }
const found = (ingest: Parameters<typeof streamOf>[0], objects: readonly TestObject[]) =>
  codesOf(validateInOrder(streamOf(ingest), objects)).flat()

/** As their sources have it; see the clients of HomeKit and of Espressif. */
describe('other senders of clips', () => {
  it('Scrypted: a static MPD at both ends, encrypted tracks, numbers of sessions that go on', () => {
    const tracks = ['video', 'audio']
    const mpd = (count: number) =>
      staticMpd(7, {
        representations: tracks.map((track) => named(track, count)),
        availabilityStartTime: null,
      })
    const inits = [
      init(encrypted, {}, 'video', 7),
      init({ ...encrypted, handler: 'soun', codec: 'mp4a.40.2' }, {}, 'audio', 7),
    ]
    const segments = [1001, 1002].flatMap((number) =>
      tracks.map((track) => segment(number, encrypted, {}, track, 7)),
    )
    deepEqual(found('cmaf-ingest', [mpd(1), ...inits, ...segments, mpd(2)]), [])
  })

  it('go2rtc: names of its own, no manifest', () => {
    const path = (name: string) => `video-9876543210987654321/${name}`
    const segments = [1, 2, 3].map((nth) => mediaAt(path(`seg-${nth}.m4s`), nth))
    deepEqual(found('cmaf-ingest', [initAt(path('init.mp4')), ...segments]), [])
  })

  it('Espressif: DASH of track video1', () => {
    const representations = [representation('session_1', 'video1', { codecs: 'avc1.4d401f' })]
    const track = [init({}, {}, 'video1'), ...[1001, 1002].map((number) => segment(number, {}, {}, 'video1'))]
    deepEqual(
      found('dash', [dynamicMpd(1, { representations }), ...track, staticMpd(1, { representations })]),
      [],
    )
  })
})
