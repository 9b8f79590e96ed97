import { createLru } from '@pushav/shared/lib/lru.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { Refusal } from '../lib/refusal.ts'
import { isVideoOrSoundHandler } from '../media/handlers.ts'
import type { StreamReads } from '../streams/read-streams.ts'
import type { SessionView, TrackView } from '../streams/session-view.ts'
import { mediaPlaylistOf, multivariantOf } from './hls.ts'
import type { InitView, PlacedMedia } from './init-view.ts'
import { addLeft, type LeftSegments, noneLeft } from './left-segments.ts'
import { mpdOf } from './playback-mpd.ts'
import { type Timeline, type TrackSegments, timelineOf } from './playback-timeline.ts'
import type { PlayableSegment, PlaybackQueries, TrackName } from './ports.ts'

/** Manifests of our own for a session, for every interface. All throw `stream-unknown` and `object-unknown`. */
export interface Playback {
  mpd(session: SessionName, windowSeconds: number | null | undefined): Promise<Manifest>
  multivariant(session: SessionName): Promise<Manifest>
  mediaPlaylist(session: SessionName, track: string): Promise<Manifest>
  /** The newest segment at a decode time. */
  segment(session: SessionName, track: string, decodeTime: number): Promise<PlayableSegment>
  /** Refuses an upload that holds no init segment. */
  assertInit(stream: string, upload: string): Promise<void>
  /** All tracks with all segments, for an export. */
  tracks(session: SessionName): Promise<SessionTracks>
}

/** A session of a stream, by their ids. */
export interface SessionName {
  readonly stream: string
  readonly session: string
}

/** A manifest for players. */
export interface Manifest {
  readonly text: string
  /** Another one for another text. */
  readonly etag: string
}

interface SessionTracks {
  readonly view: SessionView
  readonly tracks: readonly TrackSegments[]
}

interface PlaybackDeps {
  readonly streams: Pick<StreamReads, 'assertExists' | 'sessionViewsOf'>
  readonly index: PlaybackQueries
}

/** How many tracks' left segments are remembered: those of a few hundred live playlists. */
const maxCounted = 1_024
/** The window of a session that goes on, unless another one is asked for. */
const liveWindowSeconds = 1_800

export function readPlaybackWith({ streams, index }: PlaybackDeps): Playback {
  /** What has left before a decode time. */
  const leftOf = createLru<string, { readonly from: number; readonly left: LeftSegments }>(maxCounted)
  return {
    async mpd(name, wanted) {
      const view = await viewOf(name)
      const isLive = view.phase === 'open'
      const windowSeconds = wanted === undefined ? (isLive ? liveWindowSeconds : null) : wanted
      const timeline = timelineIn(await tracksIn(name, view, windowSeconds), view)
      return manifestOf(
        mpdOf(timeline, { isLive, windowSeconds: isLive ? windowSeconds : null }),
        timeline,
        view,
      )
    },
    async multivariant(name) {
      const view = await viewOf(name)
      const timeline = timelineIn(await tracksIn(name, view, liveWindowOf(view)), view)
      return manifestOf(multivariantOf(timeline), timeline, view)
    },
    async mediaPlaylist(name, track) {
      const view = await viewOf(name)
      const tracks = await tracksIn(name, view, liveWindowOf(view))
      const counted = await Promise.all(tracks.map((one) => withLeft(name, one)))
      const timeline = timelineIn(counted, view)
      const mediaSequence = counted.find((one) => one.name === track)?.left.count ?? 0
      const text = mediaPlaylistOf(timeline, track, { isLive: view.phase === 'open', mediaSequence })
      if (text === null) throw unknown(`session ${name.session} has no track ${track} that can be played`)
      return manifestOf(text, timeline, view)
    },
    async segment(name, track, decodeTime) {
      await streams.assertExists(name.stream)
      const found = await index.segmentAt({ ...name, track }, decodeTime)
      if (!found) throw unknown(`track ${track} has no segment with the decode time ${decodeTime}`)
      return found
    },
    async assertInit(stream, upload) {
      await streams.assertExists(stream)
      const [judged] = await index.uploads(stream, [upload])
      if (!judged?.initFacts) throw unknown(`upload ${upload} of stream ${stream} holds no init segment`)
    },
    async tracks(name) {
      const view = await viewOf(name)
      return { view, tracks: await tracksIn(name, view, null) }
    },
  }

  async function viewOf({ stream, session }: SessionName): Promise<SessionView> {
    await streams.assertExists(stream)
    const [view] = await streams.sessionViewsOf(stream, [session])
    if (!view) throw unknown(`stream ${stream} has no session ${session}`)
    return view
  }

  async function tracksIn(
    name: SessionName,
    view: SessionView,
    windowSeconds: number | null,
  ): Promise<readonly TrackSegments[]> {
    const playable = Object.values(view.tracks).filter((track) => reasonUnplayable(track) === null)
    const found = await Promise.all(playable.map((track) => trackIn(name, track, windowSeconds)))
    return found.filter((track) => track !== null)
  }

  async function trackIn(
    name: SessionName,
    { name: track, init }: TrackView,
    windowSeconds: number | null,
  ): Promise<TrackSegments | null> {
    const key = { ...name, track }
    const extent = await index.extent(key)
    if (!extent || !init) return null
    const from =
      windowSeconds === null ? 0 : Math.max(0, extent.last.decodeTime - windowSeconds * init.timescale)
    const segments = await index.segments(key, from)
    const [first] = await placedOf(name.stream, [extent.first])
    const placed = await placedOf(name.stream, segments)
    if (!first) return null
    return { name: track, first, firstInit: first.initView, segments: placed, left: noneLeft }
  }

  /** The segments with their init segments; those that have none are left out. */
  async function placedOf(
    stream: string,
    segments: readonly PlayableSegment[],
  ): Promise<readonly PlacedMedia[]> {
    const ids = [...new Set(segments.map((segment) => segment.init))]
    const inits = new Map((await index.uploads(stream, ids)).flatMap(initViewOf))
    return segments.flatMap((segment) => {
      const initView = inits.get(segment.init)
      return initView ? [{ ...segment, initView }] : []
    })
  }

  /** The track with what has left its window, of which only what is new since the last time is read. */
  async function withLeft(name: SessionName, track: TrackSegments): Promise<TrackSegments> {
    const key = { ...name, track: track.name }
    const to = track.segments[0]?.decodeTime ?? track.first.decodeTime
    const left = to > track.first.decodeTime ? await leftBefore(key, track.first, to) : noneLeft
    return { ...track, left }
  }

  async function leftBefore(key: TrackName, first: PlayableSegment, to: number): Promise<LeftSegments> {
    const cacheKey = JSON.stringify([key, first.upload])
    const cached = leftOf.get(cacheKey)
    const known = cached && cached.from <= to ? cached : { from: first.decodeTime, left: noneLeft }
    let { left } = known
    for await (const page of index.segmentsBetween(key, known.from, to))
      left = addLeft(left, await placedOf(key.stream, page))
    leftOf.set(cacheKey, { from: to, left })
    return left
  }
}

function timelineIn(tracks: readonly TrackSegments[], view: SessionView): Timeline {
  const timeline = timelineOf(tracks)
  if (!timeline) throw unknown(nothingToPlay(view))
  return timeline
}

const liveWindowOf = ({ phase }: SessionView) => (phase === 'open' ? liveWindowSeconds : null)

function manifestOf(text: string, { periods, endSeconds }: Timeline, { phase }: SessionView): Manifest {
  const newest = periods.at(-1)?.tracks.map(({ segments }) => segments.at(-1)?.upload ?? '') ?? []
  const begin = periods[0]?.tracks[0]?.segments[0]?.decodeTime ?? 0
  const etag = [newest.sort().at(-1), Math.round(endSeconds * 1_000), begin, phase].join('-')
  return { text, etag: `"${etag}"` }
}

function initViewOf({ upload, initFacts }: JudgedUpload): [string, InitView][] {
  if (!initFacts || initFacts.encrypted || initFacts.timescale <= 0) return []
  const { handler, codec, width, height, language, timescale, trackId } = initFacts
  const view = {
    upload: upload.id,
    sha256: upload.sha256,
    handler,
    codec,
    width,
    height,
    language,
    timescale,
    trackId,
    sampleDuration: initFacts.defaultSampleDuration,
    sampleFlags: initFacts.defaultSampleFlags,
  }
  return [[upload.id, view]]
}

/** Why a track is not played; null when it is. */
function reasonUnplayable({ init }: TrackView): string | null {
  if (!init) return 'has no init segment that can be read'
  if (init.encrypted) return 'is encrypted'
  return isVideoOrSoundHandler(init.handler) ? null : `carries ${init.handler}, neither sound nor picture`
}

function nothingToPlay({ tracks, id }: SessionView): string {
  const reasons = Object.values(tracks).map((track) => {
    return `track ${track.name} ${reasonUnplayable(track) ?? 'has no segment whose place in time is known'}`
  })
  return `nothing of session ${id} can be played: ${reasons.join('; ') || 'it has no tracks'}`
}

const unknown = (detail: string) => new Refusal('object-unknown', detail)
