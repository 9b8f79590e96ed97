import { emsg } from '@pushav/shared/testing/media/boxes.ts'
import { initLike, initOf, segmentLike, segmentOf } from './media.ts'
import {
  dynamicMpd,
  free,
  freeInit,
  hlsReady,
  hlsSegment,
  init,
  neatMpd,
  object,
  segment,
  started,
} from './objects.ts'
import { dash, hls, ingest } from './scenario.ts'

const first = (what: string, body: Buffer) => dash(what, ...started, segment(1001, body))
const second = (what: string, body: Buffer) => dash(what, ...started, segment(1001), segment(1002, body))
const firstInit = (what: string, body: Buffer) => dash(what, dynamicMpd(), init(body))
const anotherInit = (what: string, body: Buffer) => ingest(what, freeInit(), freeInit(body))
const firstFree = (what: string, body: Buffer) => ingest(what, freeInit(), free(1, body))

const pair = [neatMpd(['v', 'w']), freeInit()]

export const mediaScenarios = {
  'media-not-isobmff': first('a segment of text', Buffer.from('no media')),
  'box-malformed': firstFree('a segment whose mdat is cut short', segmentLike.cutShort),
  'box-too-large': firstInit('an init segment of more than 1 MiB', initLike.ofManyBytes),
  'init-without-moov': firstInit('an init segment of ftyp only', initLike.withoutMoov),
  'init-track-count': firstInit('an init segment of two tracks', initLike.withTwoTracks),
  'init-not-fragmented': firstInit('an init segment without mvex', initLike.withoutMvex),
  'init-with-samples': firstInit('an init segment whose moov lists a sample', initLike.withSamples),
  'init-brand': firstInit('an init segment without ftyp', initLike.withoutFtyp),
  'init-incomplete': firstInit('an init segment without mvhd', initLike.withoutMvhd),
  'decoder-configuration': firstInit('an init segment without avcC', initLike.withoutConfiguration),
  'parameter-sets-missing': ingest(
    'an init segment of HEVC without parameter sets',
    freeInit(initLike.withoutParameterSets),
  ),
  'init-repeated': ingest('the init segment again', freeInit(), freeInit()),
  'init-rewritten': anotherInit('the init segment with a name in it', initLike.named),
  'init-changed': anotherInit('an init segment of another profile', initLike.ofAnotherProfile),
  'init-language-changed': anotherInit('the init segment in another language', initLike.ofAnotherLanguage),
  'init-handler': dash(
    'sound whose handler says video',
    dynamicMpd(1, { tracks: [] }),
    init(initLike.ofSound),
  ),
  encrypted: firstInit('an encrypted init segment', initLike.encrypted),
  'metadata-track': ingest('an init segment of metadata', object('m/init.mp4', initLike.ofMetadata)),
  'segment-without-moof': first('a segment of mdat only', segmentLike.withoutMoof),
  'segment-without-init': ingest('a segment first', free(1)),
  'segment-multiplexed': first('a segment of two tracks', segmentLike.ofTwoTracks),
  'track-id-mismatch': first('a segment of track id 2', segmentOf(1, { trackId: 2 })),
  'tfdt-missing': first('a segment without tfdt', segmentLike.withoutTime),
  'decode-time-negative': first('a segment that begins before 0', segmentLike.beforeZero),
  'tfdt-gap': second('a segment four seconds late', segmentOf(2, { at: 5_000 })),
  'tfdt-out-of-order': dash(
    'a third segment that was to be the second',
    ...started,
    segment(1001),
    segment(1002, segmentOf(3)),
    segment(1003, segmentOf(2)),
  ),
  'tfdt-overlap': second('a segment that begins where the first did', segmentOf(2, { at: 0 })),
  'sequence-number-not-increasing': second('sequence number 1 again', segmentOf(2, { sequence: 1 })),
  'sequence-number-gap': second('sequence number 9 behind 1', segmentOf(2, { sequence: 9 })),
  'segment-not-starting-with-sync-sample': first(
    'a segment without a key frame',
    segmentOf(1, { isSync: false }),
  ),
  'samples-outside-mdat': first('a segment whose mdat is lost', segmentLike.withoutMdat),
  'sample-description-index': first(
    'a segment of the second sample description of one',
    segmentLike.ofAnotherDescription,
  ),
  'sample-encryption': dash(
    'a segment without senc behind an encrypted init segment',
    dynamicMpd(),
    init(initLike.withVectors),
    segment(1001),
  ),
  'segment-index': first('a segment with one byte less than its sidx says', segmentLike.indexedShort),
  'samples-without-duration': first('a segment whose samples last 0', segmentLike.withoutDurations),
  'composition-offset-negative': first(
    'a sample that is shown before it is decoded, in a trun of version 0',
    segmentLike.shownEarly,
  ),
  'base-not-moof': first('a segment whose offsets count from the file', segmentLike.withoutBase),
  'segment-duration-off': first('two seconds where one is announced', segmentLike.twiceAsLong),
  'duration-header-off': hls('X-EXTINF-duration: 5.0 for one second', ...hlsReady, hlsSegment(1001, '5.0')),
  'producer-time-impossible': firstFree('a segment of the year 2036', segmentLike.ofTheFuture(1)),
  'prft-absent': firstFree('a segment without prft', segmentLike.withoutPrft(1)),
  'emsg-top-level': firstFree('a segment with emsg', segmentLike.withEvent(1, emsg)),
  'fragment-duration': ingest(
    'a segment behind one of nine seconds',
    freeInit(),
    free(1, segmentLike.ofNineSeconds),
    free(2, segmentOf(2, { at: 9_000 })),
  ),
  'name-number-gap': ingest('3.m4s behind 1.m4s', freeInit(), free(1), free(3, segmentOf(2))),
  'switching-set-differs': ingest(
    'HEVC in a switching set of H.264',
    ...pair,
    object('w/init.mp4', initLike.ofHevc),
  ),
  'switching-set-unaligned': ingest(
    'a segment that begins half a second after that of the other track of its set',
    ...[...pair, object('w/init.mp4', initOf()), free(1)],
    object('w/1.m4s', segmentOf(1, { at: 500 })),
  ),
  filler: firstFree('a segment of brand slat', segmentLike.branded(1, 'slat')),
}
