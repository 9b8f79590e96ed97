import type { JudgedUpload, MediaOfUpload } from '../indexing/judged-upload.ts'
import { createUploadViews, type LogOfStream, type ReadLogView } from '../streams/log-views.ts'
import { codesWithSeverityOf } from '../validation/report.ts'

/** What a stream's uploads come to, in numbers. */
interface MetricsView {
  readonly position: number
  add(judged: JudgedUpload): void
  /** The totals of a session, or for null of all uploads; null for a session of which nothing was counted. */
  totals(session: string | null): UploadTotals | null
}

/** Uploads, counted. */
export interface UploadTotals {
  uploads: number
  bytes: number
  readonly sessions: Set<string>
  withErrors: number
  withWarnings: number
  retries: number
  cutOff: number
  readonly statuses: Map<number, number>
  /** By name, in the order of their first upload. */
  readonly tracks: Map<string, TrackTotals>
}

/** Segments of one track, counted; times in seconds. */
export interface TrackTotals {
  codec: string | null
  width: number | null
  height: number | null
  segments: number
  bytes: number
  seconds: number
  squaredSeconds: number
  shortest: number
  longest: number
}

export type ReadMetrics = ReadLogView<MetricsView>

export const readMetricsWith = (index: LogOfStream): ReadMetrics =>
  createUploadViews(index, createMetricsView)

/** Sessions and tracks beyond this count in the whole stream alone. */
const maxSessions = 10_000
const maxTracks = 1_000

function createMetricsView(): MetricsView {
  const whole = noTotals()
  const sessions = new Map<string, UploadTotals>()
  let position = 0
  return {
    get position() {
      return position
    },
    add(judged) {
      position = judged.position + 1
      addTo(whole, judged, whole)
      const { session } = judged
      if (session === null) return
      const known = sessions.get(session)
      if (!known && sessions.size >= maxSessions) return
      const totals = known ?? noTotals()
      sessions.set(session, totals)
      addTo(totals, judged, whole)
    },
    totals: (session) => (session === null ? whole : (sessions.get(session) ?? null)),
  }
}

const noTotals = (): UploadTotals => ({
  uploads: 0,
  bytes: 0,
  withErrors: 0,
  withWarnings: 0,
  retries: 0,
  cutOff: 0,
  sessions: new Set(),
  statuses: new Map(),
  tracks: new Map(),
})

/** A part of a long request is media of its own, and no request of the device. */
function addTo(totals: UploadTotals, judged: JudgedUpload, whole: UploadTotals): void {
  const { upload, session, status } = judged
  if (session !== null) totals.sessions.add(session)
  if (!upload.part) {
    totals.uploads++
    totals.bytes += upload.bytes
    if (!upload.whole) totals.cutOff++
    if (status !== null) totals.statuses.set(status, (totals.statuses.get(status) ?? 0) + 1)
  }
  addFindings(totals, judged)
  addMedia(totals, judged, whole)
}

function addFindings(totals: UploadTotals, { findings }: JudgedUpload): void {
  const codes = codesWithSeverityOf(findings)
  if (codes.some((code) => code.endsWith(' error'))) totals.withErrors++
  else if (codes.some((code) => code.endsWith(' warning'))) totals.withWarnings++
  if (codes.some((code) => code.startsWith('upload-repeated '))) totals.retries++
}

/** A track that begins without an init segment goes on with that of an earlier session, as behind a restart. */
function addMedia(
  { tracks }: UploadTotals,
  { upload, track, media, initFacts }: JudgedUpload,
  whole: UploadTotals,
): void {
  if (track === null || (!media && !initFacts)) return
  const known = tracks.get(track)
  if (!known && tracks.size >= maxTracks) return
  const totals = known ?? { ...noTrack(), ...pictureOf(whole.tracks.get(track)) }
  tracks.set(track, totals)
  if (initFacts)
    Object.assign(totals, {
      codec: initFacts.codec,
      width: initFacts.width,
      height: initFacts.height,
    })
  // The whole that ends a long request repeats what its parts hold.
  if (media && upload.whole && !upload.parts) addSegment(totals, upload.bytes, media)
}

const pictureOf = (track: TrackTotals | undefined) =>
  track && { codec: track.codec, width: track.width, height: track.height }

const noTrack = (): TrackTotals => ({
  codec: null,
  width: null,
  height: null,
  segments: 0,
  bytes: 0,
  seconds: 0,
  squaredSeconds: 0,
  shortest: Number.POSITIVE_INFINITY,
  longest: 0,
})

function addSegment(totals: TrackTotals, bytes: number, { duration, timescale }: MediaOfUpload): void {
  if (timescale <= 0 || duration <= 0) return
  const seconds = duration / timescale
  totals.segments++
  totals.bytes += bytes
  totals.seconds += seconds
  totals.squaredSeconds += seconds * seconds
  totals.shortest = Math.min(totals.shortest, seconds)
  totals.longest = Math.max(totals.longest, seconds)
}
