import { deepEqual, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { inspectManifest } from '../media/inspect-manifest.ts'
import type { Inspection } from '../media/inspection.ts'
import { boxes, mutatedOf } from '../media/isobmff/testing/arbitrary.ts'
import { inspect } from '../media/isobmff/testing/inspect.ts'
import { makeSmallMedia } from '../media/isobmff/testing/small-media.ts'
import { mpds, mutatedOf as mutatedText, playlists } from '../media/mpd/testing/arbitrary.ts'
import { makeManifests } from '../media/mpd/testing/real-manifests.ts'
import { createGauge, forAll, fuzzTimeoutMs } from '../testing/fuzz.ts'
import type { JournalEntry } from '../uploads/upload.ts'
import { defaultIdleMs } from '../validation/idle-sessions.ts'
import { initialState } from '../validation/state.ts'
import { arrivalsOf, streamOf, type TestObject } from '../validation/testing/arrivals.ts'
import { type FoldInput, type FoldResult, fold } from './fold.ts'
import { noTotals } from './totals.ts'

const tracks = fc.constantFrom('video', 'audio', '__proto__', 'constructor', 'é'.repeat(100), 'a b', '0')
const sessions = fc.constantFrom('session_1/', 'session_2/', 'session_01/', `session_${'9'.repeat(20)}/`, '')
const files = fc.oneof(
  fc.constantFrom('index.mpd', 'index.m3u8', 'x.init', 'x.mp4', 'Streams(video.cmfv)', 'a.txt'),
  fc.nat(4).map((number) => `segment_${1_000 + number}.m4s`),
)
const freeNames = fc.constantFrom(
  ...[
    'init.mp4',
    'init-1.mp4',
    'init.m4a',
    '1.m4a',
    'seg_1.2.m4s',
    'seg_1.3.m4s',
    'hi/1.m4s',
    'hi/2.m4s',
    'p1.m4s',
  ],
  ...[
    'cam-2026-11-28-09-3.m4s',
    'clip_1.mp4',
    'clip_2.mp4',
    '###.m4s',
    '1.1',
    'x.mpd',
    'y.mpd',
    'x.m3u8',
    'z.m3u8',
  ],
)
const paths = fc.oneof(
  freeNames,
  fc.tuple(sessions, tracks, files).map(([session, track, file]) => `${session}${track}/${file}`),
  fc.tuple(sessions, files).map(([session, file]) => session + file),
)

describe('fold, whatever was uploaded', function () {
  this.timeout(fuzzTimeoutMs)
  const gauge = createGauge('fold')
  let bodies: fc.Arbitrary<Inspection>
  before(async () => {
    const [media, real] = [await makeSmallMedia(), await makeManifests()]
    const [mpd, playlist] = [mutatedText(real.mpds), mutatedText(real.playlists)]
    bodies = fc.oneof(
      fc.oneof(fc.constantFrom(...media), mutatedOf(media), boxes).map(inspected),
      fc.oneof(fc.constantFrom(...real.mpds), mpd, mpds).map((text) => readAs(text, 'mpd')),
      fc.oneof(playlist, playlists).map((text) => readAs(text, 'playlist')),
    )
  })
  after(gauge.print)

  for (const ingest of ['dash', 'hls', 'cmaf-ingest'] as const) {
    it(`judges each upload once, in words that can be shown (${ingest})`, () => {
      const sent = fc.record({
        path: paths,
        inspection: bodies,
        whole: fc.integer({ min: 0, max: 9 }).map((chance) => chance > 0),
        sha256: fc.nat(20).map(String),
      })
      forAll(fc.array(sent, { maxLength: 12 }), (objects) => isSound(objects, streamOf(ingest, ['video'])))
    })
  }

  /** The same at once or one by one, with a journey through JSON between two. */
  function isSound(objects: readonly TestObject[], stream: FoldInput['stream']): void {
    const [entries, inspectionOf] = journalOf(objects)
    const start: FoldInput = {
      stream,
      inits: [],
      state: initialState,
      objects: new Map(),
      totals: noTotals,
      folders: new Map(),
    }
    const onFault = (_upload: unknown, error: unknown) => {
      throw error
    }
    const how = { inspectionOf, idleMs: defaultIdleMs, onFault }
    const atOnce = gauge.measure(() => ({
      folded: fold('1', start, entries, how),
      faults: [],
    })).folded
    equal(atOnce.events.length, objects.length)
    for (const event of atOnce.events) {
      const findings = event.kind === 'judged' ? event.findings : []
      ok(
        findings.every(({ message }) => message.length < 700 && !/\p{Cc}/u.test(message)),
        JSON.stringify(findings),
      )
    }
    const oneByOne = entries.reduce<FoldInput>(
      (known, entry) => knownAfter(fold('1', throughJson(known), [entry], how)),
      start,
    )
    deepEqual(throughJson(oneByOne), throughJson(knownAfter(atOnce)))
  }
})

const throughJson = ({ objects, folders, ...rest }: FoldInput): FoldInput => ({
  ...JSON.parse(JSON.stringify(rest)),
  ...{ objects, folders },
})

const knownAfter = ({
  folderDeltas: _deltas,
  events: _events,
  jobs: _jobs,
  replaced: _replaced,
  ...known
}: FoldResult): FoldInput => known

function inspected(bytes: Buffer): Inspection {
  const { parts: _pieces, ...media } = inspect(bytes)
  return { ...media, mpd: null, playlist: null }
}

const readAs = (text: string, kind: 'mpd' | 'playlist'): Inspection => ({
  ...inspected(Buffer.alloc(0)),
  ...inspectManifest(text, 'session_1/index', kind),
})

function journalOf(
  objects: readonly TestObject[],
): [readonly JournalEntry[], (id: string) => Inspection | null] {
  const inspections = new Map<string, Inspection | null>()
  const entries: JournalEntry[] = []
  for (const { upload, inspection } of arrivalsOf(objects)) {
    inspections.set(upload.id, upload.whole ? inspection : null)
    entries.push({ kind: 'upload', id: upload.id, upload: { ...upload, kind: inspection?.kind ?? 'other' } })
  }
  return [entries, (id) => inspections.get(id) ?? null]
}
