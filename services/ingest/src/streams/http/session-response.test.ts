import { equal } from 'node:assert/strict'
import { inPages } from '../pages.ts'
import { sessionResponse } from './session-response.ts'

async function* pagesOf(paths: readonly string[]) {
  yield* inPages(paths, 1)
}

describe('sessionResponse', () => {
  it('has the fields that clients know, in their order', async () => {
    const {
      uploaded_segments: segments,
      uploaded_manifests: manifests,
      ...fields
    } = sessionResponse({
      id: '1.2',
      number: 1,
      isComplete: false,
      phase: 'open',
      lastObjectMs: Date.parse('2026-01-02T03:04:05.678Z'),
      firstObjectMs: 0,
      counts: { uploads: 4, bytes: 4_000, errors: 0, warnings: 0 },
      isPlayable: false,
      tracks: {
        video: {
          name: 'video',
          phase: 'completed',
          segmentCount: 3,
          bitrate: 2000,
          durations: null,
          init: null,
        },
        audio: {
          name: 'audio',
          phase: 'init_uploaded',
          segmentCount: 0,
          bitrate: null,
          durations: null,
          init: null,
        },
      },
      hlsTrackCount: 2,
      hlsCompletedTracks: 1,
      segments: pagesOf(['v/1.m4s', 'v/2.m4s']),
      manifests: pagesOf(['index.mpd']),
    })
    equal(
      JSON.stringify(fields),
      '{"id":1,"key":"1.2","complete":false,"phase":"open","last_object_at":"2026-01-02T03:04:05.678Z",' +
        '"tracks":{"video":{"name":"video","state":"completed","segment_count":3,"bitrate":2000},' +
        '"audio":{"name":"audio","state":"init_uploaded","segment_count":0}},' +
        '"hls_expected_track_count":2,"hls_completed_tracks":1}',
    )
    const lists = await Promise.all([segments, manifests].map((pages) => Array.fromAsync(pages)))
    equal(
      JSON.stringify(lists),
      '[[[["v/1.m4s","v/1.m4s.crt"]],[["v/2.m4s","v/2.m4s.crt"]]],[[["index.mpd","index.mpd.crt"]]]]',
    )
  })
})
