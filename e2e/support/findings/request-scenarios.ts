import { rules } from '../../../services/ingest/src/validation/rules.ts'
import { initOf, segmentOf } from './media.ts'
import { anonymous, cutOff, dynamicMpd, freeInit, headed, object, segment, started } from './objects.ts'
import { dash, ingest } from './scenario.ts'

/** The limit that the catalogue names. */
const maxTracks = Number(/\d+/.exec(rules['too-many-tracks'].title))
const manyInits = Array.from({ length: maxTracks }, (_, at) => object(`t${at}/init.mp4`, initOf()))

export const requestScenarios = {
  'client-certificate-missing': dash('an MPD without a certificate', anonymous(dynamicMpd())),
  'body-incomplete': dash('a segment whose connection is lost', ...started, cutOff(segment(1001))),
  'path-clash': ingest(
    'a segment in a folder that is an object',
    object('v.mp4', initOf()),
    object('v.mp4/1.m4s', segmentOf(1)),
  ),
  'too-many-tracks': ingest(
    `the init segment of track ${maxTracks + 1}`,
    ...manyInits,
    object('more/init.mp4', initOf()),
  ),
  'upload-repeated': dash('a segment again', ...started, segment(1001), segment(1001)),
  'path-reused': dash(
    'other media at the path of a segment',
    ...started,
    segment(1001),
    segment(1001, segmentOf(1, { sequence: 7 })),
  ),
  extension: dash('segment_1001.mp4', object('session_1/video/segment_1001.mp4', segmentOf(1))),
  'content-type-mismatch': ingest(
    'an init segment that is said to be text/html',
    headed(freeInit(), 'Content-Type', 'text/html; charset=utf-8'),
  ),
}
