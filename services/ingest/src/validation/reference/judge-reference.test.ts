import { deepEqual, equal } from 'node:assert/strict'
import type { IngestInterface } from '../../streams/stream.ts'
import { readRecordedSequences } from '../testing/recorded-sequences.ts'
import { judgeAsReference } from './judge-reference.ts'
import { referenceManifestOf } from './reference-manifest.ts'
import { initialReferenceState, type ReferenceUpload } from './reference-state.ts'

const uploadOf = (path: string, body = '', extinf: string | null = null): ReferenceUpload => ({
  ...{ method: 'PUT', path, extinf, hasCertificate: true, isBelowObject: false },
  manifest: referenceManifestOf(path, Buffer.from(body)),
})

const sorted = (codes: readonly string[]) => [...new Set(codes)].toSorted()

/** What comes of uploads of one stream, in their order. */
function judged(
  ingest: IngestInterface,
  uploads: readonly ReferenceUpload[],
  expectedTrackNames: readonly string[] | null = null,
) {
  let state = initialReferenceState
  const decisions = uploads.map((upload) => {
    const step = judgeAsReference({ interface: ingest, expectedTrackNames }, state, upload)
    state = step.state
    return step.decision
  })
  return { state, decisions, codes: decisions.map(({ faults }) => faults.map(({ code }) => code)) }
}

const dynamic = uploadOf('session_1/index.mpd', '<MPD type="dynamic"/>')
const ended = uploadOf('session_1/index.mpd', '<MPD type="static"/>')
const init = uploadOf('session_1/video/video.init')
const segment = (number: number | string) => uploadOf(`session_1/video/segment_${number}.m4s`, '', '4')

describe('the judge that follows the reference', () => {
  it('is equal to every recorded step and to what the reference keeps in the end', () => {
    let steps = 0
    for (const { name, interface: ingest, expected, steps: recorded, end } of readRecordedSequences()) {
      const uploads = recorded.map(({ path, body, headers }) =>
        uploadOf(path, body, headers['X-EXTINF-duration'] ?? null),
      )
      const { decisions, codes, state } = judged(ingest, uploads, expected)
      for (const [at, step] of recorded.entries()) {
        deepEqual(sorted(codes[at] ?? []), sorted(step.reference), `${name}, ${at + 1}: ${step.path}`)
        equal(decisions[at]?.session, step.session, `session of ${name}, ${at + 1}`)
        steps += 1
      }
      const tracks = Object.entries(state.last?.tracks ?? {}).map(
        ([track, { phase, segmentCount }]) => [track, [phase, segmentCount]] as const,
      )
      deepEqual(
        {
          sessions: state.sessions,
          complete: state.last?.isComplete ?? false,
          tracks: Object.fromEntries(tracks),
        },
        end,
        `end of ${name}`,
      )
    }
    equal(steps, 1_269)
  })

  it('flags every segment behind a gap', () => {
    const { codes } = judged('dash', [dynamic, init, ...[1001, 1003, 1004].map(segment)])
    deepEqual(codes, [[], [], [], ['segment-number-gap'], ['segment-number-gap']])
  })

  it('opens a session for a second static MPD, which shifts the number that it expects', () => {
    const next = uploadOf('session_2/index.mpd', '<MPD type="dynamic"/>')
    const nextInit = uploadOf('session_2/video/video.init')
    const { codes, state } = judged('dash', [dynamic, init, segment(1001), ended, ended, next, nextInit])
    deepEqual(codes.slice(3), [[], ['mpd-static-early'], [], ['session-number']])
    equal(state.sessions, 3)
  })

  it('knows no session after the static MPD', () => {
    const { codes } = judged('dash', [dynamic, init, segment(1001), ended, segment(1002)])
    deepEqual(codes.at(-1), ['segment-before-mpd'])
  })

  it('fails at an MPD that is no XML, and has opened a session', () => {
    const broken = uploadOf('session_1/index.mpd', '<MPD')
    const { decisions, state } = judged('dash', [broken, init])
    deepEqual(
      decisions.map(({ outcome }) => outcome),
      ['failed', 'judged'],
    )
    deepEqual([state.sessions, decisions[1]?.session], [1, 1])
  })

  it('can never find a cmaf-ingest stream clean that has an MPD', () => {
    const { codes } = judged('cmaf-ingest', [init, dynamic, init, ...[1001, 1002].map(segment)])
    deepEqual(codes, [[], ['manifest-interface'], [], [], ['segment-number-gap']])
  })

  it('counts EXT-X-MEDIA-SEQUENCE as a track, and asks for no end', () => {
    const first = uploadOf('session_1/index.m3u8', '#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:1\n')
    const initial = uploadOf('session_1/video/index.m3u8', '#EXTM3U\n')
    const final = uploadOf(
      'session_1/video/index.m3u8',
      '#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:4,\nsegment_1001.m4s\n',
    )
    const { codes, state } = judged('hls', [first, initial, init, segment(1001), final])
    deepEqual(codes.flat(), [])
    equal(state.last?.isComplete, true)
  })

  it('takes not-a-number for a duration and leading zeros for a number', () => {
    const first = uploadOf('session_01/index.m3u8', '#EXT-X-STREAM-INF:BANDWIDTH=1\nv\n')
    const initial = uploadOf('session_01/video/index.m3u8', '#EXTM3U\n')
    const odd = (duration: string | null) => uploadOf('session_01/video/segment_01001.m4s', '', duration)
    const given = ['nan', '4_0', '-inf', '4s', null]
    for (const duration of given) {
      const { codes } = judged('hls', [first, initial, init, odd(duration)])
      const expected = { '4s': ['extinf-header-invalid'], null: ['extinf-header-missing'] }[String(duration)]
      deepEqual(codes.at(-1), expected ?? [], String(duration))
    }
  })

  it('has no route for a POST and for a path without extension', () => {
    const { decisions, state } = judged('dash', [
      { ...dynamic, method: 'POST' },
      uploadOf('session_1/x.y/segment'),
    ])
    deepEqual(
      decisions.map(({ outcome }) => outcome),
      ['not-routed', 'not-routed'],
    )
    equal(state.sessions, 0)
  })

  it('wants a certificate, and fails below an object', () => {
    const { codes, decisions } = judged('dash', [
      { ...dynamic, hasCertificate: false },
      { ...init, isBelowObject: true },
    ])
    deepEqual(codes[0], ['client-certificate-missing'])
    equal(decisions[1]?.outcome, 'failed')
  })

  it('reads an MPD in any encoding, and a byte order mark as a line of a segment', () => {
    const wide = Buffer.from('\ufeff<?xml version="1.0"?><x type="static"/>', 'utf16le')
    deepEqual(referenceManifestOf('a.mpd', wide), { kind: 'mpd', type: 'static' })
    const marked = referenceManifestOf('a.m3u8', Buffer.from('\ufeff#EXTM3U\r\n#EXT-X-PLAYLIST-TYPE:VOD\r\n'))
    deepEqual(marked?.kind === 'playlist' && [marked.hasSegmentLines, marked.isVod], [true, true])
    equal(referenceManifestOf('a.m4s', wide), null)
  })
})
