import { createHash } from 'node:crypto'
import type {
  InitFacts,
  Inspection,
  MediaFacts,
  MpdFacts,
  PlaylistFacts,
  RepresentationFacts,
} from '../../media/inspection.ts'
import type { IngestInterface, Stream } from '../../streams/stream.ts'
import type { Upload } from '../../uploads/upload.ts'
import type { Arrival } from '../evaluation.ts'
import { initialState, type State } from '../state.ts'
import { type ValidationResult, validateUpload } from '../validate-upload.ts'

export const streamOf = (ingest: IngestInterface, expected: readonly string[] | null = null): Stream => ({
  id: '1',
  interface: ingest,
  strict: true,
  creator: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  expectedTrackNames: expected,
  expectations: null,
})

/** One object on its way: its path, what its bytes say, and what tells its bytes from others. */
export interface TestObject {
  readonly path: string
  /** Of its upload; absent where it does not matter. */
  readonly id?: string
  readonly inspection: Inspection | null
  readonly sha256: string
  readonly byteCount?: number
  readonly whole?: boolean
  readonly atMs?: number
  /** How long it was on its way. */
  readonly tookMs?: number
  readonly headers?: readonly string[]
  /** Fingerprint of its certificate; null for none. */
  readonly device?: string | null
  /** Paths of uploads that are on their way when it has come. */
  readonly beside?: readonly string[]
  readonly clashes?: boolean
  /** Set for a part of a long request, or for the request that was cut into parts. */
  readonly cut?: Pick<Upload, 'part' | 'parts'>
}

/** An inspection that found nothing. */
export const nothing: Inspection = {
  kind: 'other',
  brands: [],
  init: null,
  media: null,
  endsTrack: false,
  nonMedia: null,
  mpd: null,
  playlist: null,
  faults: [],
}

export const initFacts = (facts: Partial<InitFacts> = {}): InitFacts => ({
  trackCount: 1,
  trackId: 1,
  timescale: 1000,
  handler: 'vide',
  codec: 'avc1.4d401f',
  language: 'und',
  kinds: [],
  width: 640,
  height: 360,
  averageBitrate: null,
  maxBitrate: null,
  encrypted: false,
  isFragmented: true,
  brands: ['cmfc', 'iso6'],
  dolbyVision: null,
  defaultSampleDuration: 40,
  defaultSampleSize: 0,
  defaultSampleFlags: 0,
  ...facts,
})

/** The nth segment of a track that goes on without a gap: 4 s, 100 samples, timescale 1000. */
export const mediaFacts = (nth: number, facts: Partial<MediaFacts> = {}): MediaFacts => ({
  trackId: 1,
  chunkCount: 1,
  firstSequence: nth,
  lastSequence: nth,
  sequenceIncreases: true,
  sequenceGap: null,
  decodeTime: (nth - 1) * 4000,
  isShortDecodeTime: false,
  untimedChunks: facts.decodeTime === null ? 1 : 0,
  explicitDuration: 4000,
  defaultedSamples: 0,
  sampleCount: 100,
  startsWithSync: true,
  innerGap: null,
  baseIsMoof: true,
  missingFront: 0,
  defaultSizes: null,
  hasSidx: false,
  hasPrft: true,
  producerTime: null,
  emsgCount: 0,
  isLast: false,
  isFiller: false,
  isMultiplexed: false,
  encrypted: false,
  ...facts,
})

export const representation = (
  session: string,
  track: string,
  facts: Partial<RepresentationFacts> = {},
): RepresentationFacts => ({
  id: track,
  period: 0,
  periodId: null,
  periodSeconds: null,
  adaptationSet: track,
  codecs: 'avc1.4d401f',
  mimeType: 'video/mp4',
  bandwidth: null,
  addressing: 'template',
  timescale: 1000,
  initialization: `${session}/${track}/${track}.init`,
  media: `${session}/${track}/segment_$Number$.m4s`,
  written: { initialization: `${track}/${track}.init`, media: `${track}/segment_$Number$.m4s` },
  startNumber: 1001,
  duration: 4000,
  timeline: null,
  segments: null,
  ...facts,
})

const mpdFacts = (facts: Partial<MpdFacts> = {}): MpdFacts => ({
  type: 'dynamic',
  availabilityStartTime: '1970-01-01T00:00:00Z',
  periodStart: 'PT0S',
  periodCount: 1,
  hasBaseUrl: false,
  hasAbsoluteUrl: false,
  leavesStream: false,
  representations: [],
  truncated: false,
  flaws: [],
  ...facts,
})

const playlistFacts = (facts: Partial<PlaylistFacts>): PlaylistFacts => ({
  kind: 'media',
  trackCount: 0,
  playlistCount: facts.trackCount ?? 0,
  mediaSequence: 0,
  flaws: [],
  uris: [],
  codecs: [],
  map: null,
  maps: [],
  parts: [],
  playlistType: null,
  hasEndList: false,
  durations: [],
  extinfCount: 0,
  segmentCount: 0,
  hasAbsoluteUrl: false,
  leavesStream: false,
  ...facts,
})

type Extra = Partial<TestObject>

const sent = (path: string, inspection: Partial<Inspection>, extra: Extra): TestObject => ({
  path,
  inspection: { ...nothing, ...inspection },
  sha256: createHash('sha256')
    .update(JSON.stringify([path, inspection]))
    .digest('hex'),
  ...extra,
})

export const other = (path: string, inspection: Partial<Inspection> = {}, extra: Extra = {}): TestObject =>
  sent(path, inspection, extra)

/** The same object with other bytes. */
export const anew = (object: TestObject): TestObject => ({ ...object, sha256: `${object.sha256} anew` })

export const initAt = (path: string, facts: Partial<InitFacts> = {}, extra: Extra = {}): TestObject =>
  sent(path, { kind: 'init', init: initFacts(facts) }, extra)

export const mediaAt = (
  path: string,
  nth: number,
  facts: Partial<MediaFacts> = {},
  extra: Extra = {},
): TestObject => sent(path, { kind: 'segment', media: mediaFacts(nth, facts) }, extra)

export const init = (
  facts: Partial<InitFacts> = {},
  extra: Extra = {},
  track = 'video',
  session = 1,
): TestObject => initAt(`session_${session}/${track}/${track}.init`, facts, extra)

/** Segment number K of Matter, from 1001. */
export const segment = (
  number: number,
  facts: Partial<MediaFacts> = {},
  extra: Extra = {},
  track = 'video',
  session = 1,
): TestObject => mediaAt(`session_${session}/${track}/segment_${number}.m4s`, number - 1000, facts, extra)

export const mpdAt = (path: string, facts: Partial<MpdFacts> = {}, extra: Extra = {}): TestObject =>
  sent(path, { kind: 'mpd', mpd: mpdFacts(facts) }, extra)

const named = (session: number): Partial<MpdFacts> => ({
  representations: [representation(`session_${session}`, 'video')],
})

export const dynamicMpd = (
  session = 1,
  facts: Partial<MpdFacts> = named(session),
  extra: Extra = {},
): TestObject => mpdAt(`session_${session}/index.mpd`, { type: 'dynamic', ...facts }, extra)

export const staticMpd = (
  session = 1,
  facts: Partial<MpdFacts> = named(session),
  extra: Extra = {},
): TestObject => mpdAt(`session_${session}/index.mpd`, { type: 'static', ...facts }, extra)

export const playlistAt = (path: string, facts: Partial<PlaylistFacts>, extra: Extra = {}): TestObject =>
  sent(path, { kind: 'playlist', playlist: playlistFacts(facts) }, extra)

export const multivariant = (trackCount = 1, facts: Partial<PlaylistFacts> = {}, session = 1): TestObject =>
  playlistAt(`session_${session}/index.m3u8`, { kind: 'multivariant', trackCount, ...facts })

export const initialPlaylist = (track = 'video', facts: Partial<PlaylistFacts> = {}): TestObject =>
  playlistAt(`session_1/${track}/index.m3u8`, facts)

export const finalPlaylist = (
  segments: number,
  facts: Partial<PlaylistFacts> = {},
  track = 'video',
): TestObject =>
  playlistAt(`session_1/${track}/index.m3u8`, {
    playlistType: 'VOD',
    hasEndList: true,
    extinfCount: segments,
    segmentCount: segments,
    durations: Array<number>(segments).fill(4),
    ...facts,
  })

/** A segment as an HLS camera sends it. */
export const hlsSegment = (
  number: number,
  header = 'X-EXTINF-duration',
  value = '4.0',
  track = 'video',
): TestObject => segment(number, {}, { headers: [header, value] }, track)

/** The arrivals that sent objects come to; what is at a path already is found among those before. */
export function* arrivalsOf(objects: Iterable<TestObject>, startMs = 1_700_000_000_000): Generator<Arrival> {
  const digests = new Map<string, string>()
  let count = 0
  for (const object of objects) {
    const previous = digests.get(object.path) ?? null
    const whole = object.whole ?? true
    if (whole) digests.set(object.path, object.sha256)
    count += 1
    const upload = uploadOf(object, count, object.atMs ?? startMs + count * 1_000)
    yield { upload, inspection: object.inspection, previous, clashes: object.clashes ?? false }
  }
}

function uploadOf(
  {
    path,
    id,
    sha256,
    byteCount = 1_000,
    whole = true,
    headers = [],
    device = 'f',
    beside,
    tookMs = 0,
    cut,
  }: TestObject,
  count: number,
  atMs: number,
): Upload {
  return {
    id: id ?? `u${count}`,
    path,
    method: 'PUT',
    startedAt: new Date(atMs - tookMs).toISOString(),
    receivedAt: new Date(atMs).toISOString(),
    bytes: byteCount,
    sha256,
    whole,
    kind: 'other',
    ...cut,
    ...(beside && { beside }),
    sender: {
      address: '192.0.2.1',
      port: 5_000,
      tlsVersion: 'TLSv1.3',
      cipher: 'TLS_AES_128_GCM_SHA256',
      alpn: null,
      httpVersion: '1.1',
      headers,
      device: device === null ? null : { fingerprint: device, serial: '1', subject: 'CN=cam', notAfter: '' },
    },
  }
}

export interface SequenceResult {
  readonly verdicts: readonly ValidationResult[]
  readonly state: State
}

/** Validates one object after the other. */
export function validateInOrder(stream: Stream, objects: readonly TestObject[]): SequenceResult {
  let state = initialState
  const verdicts: ValidationResult[] = []
  for (const arrival of arrivalsOf(objects)) {
    const result = validateUpload(stream, state, arrival)
    verdicts.push(result)
    state = result.state
  }
  return { verdicts, state }
}

/** Codes of each verdict, in order; what weighs as a note is left out unless asked for. */
export const codesOf = ({ verdicts }: SequenceResult, notes = false): readonly (readonly string[])[] =>
  verdicts.map(({ findings }) =>
    findings.filter(({ severity }) => notes || severity !== 'note').map(({ code }) => code),
  )
