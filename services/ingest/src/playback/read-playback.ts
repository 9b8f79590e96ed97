import type { JudgedUpload } from '../indexing/fold.ts'
import { Refusal } from '../lib/refusal.ts'
import type { StreamReads } from '../streams/read-streams.ts'
import type { SessionView, TrackView } from '../streams/session-view.ts'
import { mediaPlaylistOf, multivariantOf } from './hls.ts'
import { mpdOf } from './playback-mpd.ts'
import { type InitView, type Timeline, type TrackSegments, timelineOf } from './playback-timeline.ts'
import type { PlayableSegment, PlaybackQueries } from './ports.ts'

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

export interface SessionName {
  readonly stream: string
  readonly session: string
}

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

/** Of a session that goes on, unless another window is asked for. */
const liveWindowSeconds = 1_800

export function readPlaybackWith({ streams, index }: PlaybackDeps): Playback {
  return {
    async mpd(name, wanted) {
      const view = await viewOf(name)
      const isLive = view.phase === 'open'
      const windowSeconds = wanted === undefined ? (isLive ? liveWindowSeconds : null) : wanted
      const timeline = await timelineIn(name, view, windowSeconds)
      return manifestOf(
        mpdOf(timeline, { isLive, windowSeconds: isLive ? windowSeconds : null }),
        timeline,
        view,
      )
    },
    async multivariant(name) {
      const view = await viewOf(name)
      const timeline = await timelineIn(name, view, liveWindowOf(view))
      return manifestOf(multivariantOf(timeline), timeline, view)
    },
    async mediaPlaylist(name, track) {
      const view = await viewOf(name)
      const timeline = await timelineIn(name, view, liveWindowOf(view))
      const first = timeline.periods.flatMap(({ tracks }) => tracks).find((one) => one.name === track)
        ?.segments[0]
      const mediaSequence = first ? await index.countBefore({ ...name, track }, first.decodeTime) : 0
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

  async function timelineIn(
    name: SessionName,
    view: SessionView,
    windowSeconds: number | null,
  ): Promise<Timeline> {
    const timeline = timelineOf(await tracksIn(name, view, windowSeconds))
    if (!timeline) throw unknown(nothingToPlay(view))
    return timeline
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
    const ids = [...new Set([extent.first, ...segments].map((segment) => segment.init))]
    const inits = new Map((await index.uploads(name.stream, ids)).flatMap(initViewOf))
    const firstInit = inits.get(extent.first.init)
    const placed = segments.flatMap((segment) => {
      const initView = inits.get(segment.init)
      return initView ? [{ ...segment, initView }] : []
    })
    return firstInit ? { name: track, first: extent.first, firstInit, segments: placed } : null
  }
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
    ...{ upload: upload.id, handler, codec, width, height, language, timescale, trackId },
    sampleDuration: initFacts.defaultSampleDuration,
    sampleFlags: initFacts.defaultSampleFlags,
  }
  return [[upload.id, view]]
}

/** Why a track is not played; null when it is. */
function reasonUnplayable({ init }: TrackView): string | null {
  if (!init) return 'has no init segment that can be read'
  if (init.encrypted) return 'is encrypted'
  return init.handler === 'vide' || init.handler === 'soun'
    ? null
    : `carries ${init.handler}, neither sound nor picture`
}

function nothingToPlay({ tracks, id }: SessionView): string {
  const reasons = Object.values(tracks).map((track) => {
    return `track ${track.name} ${reasonUnplayable(track) ?? 'has no segment whose place in time is known'}`
  })
  return `nothing of session ${id} can be played: ${reasons.join('; ') || 'it has no tracks'}`
}

const unknown = (detail: string) => new Refusal('object-unknown', detail)
