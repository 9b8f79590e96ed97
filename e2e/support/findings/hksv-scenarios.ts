import { hksvPlaylist, hksvSession, sealed } from '@pushav/shared/testing/media/hksv.ts'
import { initOf, segmentOf } from './media.ts'
import { object } from './objects.ts'
import { hksv } from './scenario.ts'

const session = hksvSession('1', initOf(), [segmentOf(1), segmentOf(2)]).map(([path, body]) =>
  object(path, body),
)
const start = session.slice(0, 3)
const playlist = (...parts: Parameters<typeof hksvPlaylist>) =>
  object('session_1/video/index.m3u8', hksvPlaylist(...parts))
const segment = (number: number, body: Buffer) => object(`session_1/video/segment_${number}.m4s`, body)

export const hksvScenarios = {
  'sealed-malformed': hksv('a segment that is not sealed', ...start, segment(1_001, segmentOf(1))),
  'hksv-order': hksv(
    'two segments without a playlist in between',
    ...start,
    segment(1_001, sealed(segmentOf(1))),
    segment(1_002, sealed(segmentOf(2))),
  ),
  'hksv-playlist': hksv('a playlist of a segment that has not come', ...start, playlist(1)),
  'hksv-key': hksv(
    'a key id that ends in 5000',
    ...start.slice(0, 1),
    playlist(0, false, '0000000012345000'),
  ),
}
