import type { InspectionFault, PlaylistEncryption, PlaylistFacts } from '../inspection.ts'
import { destinationOf } from '../relative-url.ts'
import { type Attributes, attributeOf, readAttributes } from './attribute-list.ts'
import { createPlaylistFlaws, type PlaylistFlaws } from './playlist-flaws.ts'
import { createPlaylistVariables, hasVariable, type PlaylistVariables } from './playlist-variables.ts'
import { extinfDecimal, hasAttributes } from './tag-attributes.ts'

const maxEntries = 10_000
const maxCodecs = 100
const maxMaps = 16
const maxText = 1_024
/** Later ones of a playlist are not among its facts. */
export const maxDiscontinuities = 64

/** What the lines so far say. */
interface PlaylistState {
  tracks: number
  /** URIs of the playlists that a multivariant playlist names. */
  playlists: Set<string>
  variantOpen: boolean
  uris: string[]
  codecs: Set<string>
  maps: string[]
  parts: string[]
  playlistType: string | null
  hasEndList: boolean
  durations: number[]
  extinfs: number
  segments: number
  /** Line of the first EXTINF that is no decimal. */
  badExtinf: number | null
  /** EXT-X-GAP came for the next segment, which is not there (RFC 8216bis, 4.4.4.7). */
  isGap: boolean
  isDelta: boolean
  /** Segments whose URI came, those of gaps too. */
  places: number
  discontinuitySequence: number | null
  /** Places of the segments with EXT-X-DISCONTINUITY, the first of them. */
  readonly discontinuities: number[]
  /** The EXTINF of the next segment is the last of `durations`. */
  isTimed: boolean
  readonly variables: PlaylistVariables
  /** Tags that came of those that may stand once, and the first that came again. */
  readonly once: Set<string>
  repeated: { readonly tag: string; readonly line: number } | null
  /** Absent until a key comes. */
  key?: { readonly method: string | null; readonly uri: string | null }
  mediaSequence: number | null
  targetDuration: number | null
  timestamp: string | null
  readonly flaws: PlaylistFlaws
}

/**
 * The facts of an HLS playlist (RFC 8216) that was sent to `path` below its stream; null with a fault when
 * the text is none. Unknown tags, CRLF and a byte order mark are ignored.
 */
export function inspectPlaylist(
  text: string,
  path: string,
): { readonly playlist: PlaylistFacts | null; readonly faults: readonly InspectionFault[] } {
  const head = /^\uFEFF?\s*#EXTM3U[ \t]*(?=[\r\n]|$)/.exec(text)
  if (!head) return { playlist: null, faults: [malformed('expected #EXTM3U on the first line')] }
  const stray = text.indexOf('\0')
  if (stray >= 0)
    return { playlist: null, faults: [malformed(`expected text, there is a NUL at offset ${stray}`)] }

  const state = newPlaylistState()
  for (const [index, line] of text.split('\n').entries()) addLine(state, line.trim(), index + 1)
  const control = controlFault(text)
  return { playlist: factsOf(state, path), faults: control ? [...faultsOf(state), control] : faultsOf(state) }
}

/** RFC 8216, 4.1: of the control characters CR and LF alone may be there. A tab is a blank to all who read it. */
function controlFault(text: string): InspectionFault | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
  const found = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.exec(text)
  if (!found) return null
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  const line = text.slice(0, found.index).split('\n').length
  return malformed(`expected no control characters but CR and LF, received U+${code} in line ${line}`)
}

const newPlaylistState = (): PlaylistState => ({
  tracks: 0,
  playlists: new Set(),
  variantOpen: false,
  uris: [],
  codecs: new Set(),
  maps: [],
  parts: [],
  playlistType: null,
  hasEndList: false,
  durations: [],
  extinfs: 0,
  segments: 0,
  badExtinf: null,
  isGap: false,
  isDelta: false,
  places: 0,
  discontinuitySequence: null,
  discontinuities: [],
  isTimed: false,
  variables: createPlaylistVariables(),
  once: new Set(),
  repeated: null,
  mediaSequence: null,
  targetDuration: null,
  timestamp: null,
  flaws: createPlaylistFlaws(),
})

function addLine(state: PlaylistState, line: string, number: number): void {
  if (line === '') return
  if (!line.startsWith('#')) addUri(state, line, number)
  else if (line.startsWith('#EXT')) addTag(state, line, number)
}

function addUri(state: PlaylistState, uri: string, number: number): void {
  state.flaws.uri(uri, number)
  if (!state.variantOpen) state.places += 1
  if (state.isGap) {
    if (state.isTimed) state.durations.pop()
  } else {
    recordUri(state, uri)
    if (state.variantOpen) addPlaylist(state, uri)
    else state.segments += 1
  }
  state.variantOpen = state.isGap = state.isTimed = false
}

function addTag(state: PlaylistState, line: string, number: number): void {
  const colon = line.indexOf(':')
  const [tag, value] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()]
  const attributes = hasAttributes(tag) ? readAttributes(value) : null
  state.flaws.tag(tag, value, attributes, number)
  if (onceOnly.has(tag)) {
    if (state.once.has(tag)) state.repeated ??= { tag, line: number }
    state.once.add(tag)
  }
  // A tag ends at its colon: EXT-X-MEDIA-SEQUENCE is no EXT-X-MEDIA.
  if (tag === '#EXT-X-MEDIA' || tag === '#EXT-X-STREAM-INF') addTrack(state, tag, attributes)
  else if (tag === '#EXT-X-I-FRAME-STREAM-INF') addRendition(state, attributes)
  else if (tag === '#EXTINF') addDuration(state, value, number)
  else if (tag === '#EXT-X-MAP') addMap(state, attributeOf(attributes, 'URI'))
  else if (tag === '#EXT-X-PART') addPart(state, attributeOf(attributes, 'URI'))
  else if (tag === '#EXT-X-PLAYLIST-TYPE') state.playlistType ??= value.slice(0, 80)
  else if (tag === '#EXT-X-ENDLIST') state.hasEndList = true
  else if (tag === '#EXT-X-GAP') state.isGap = true
  else if (tag === '#EXT-X-DISCONTINUITY') addDiscontinuity(state)
  else if (tag === '#EXT-X-DISCONTINUITY-SEQUENCE') state.discontinuitySequence ??= numberIn(value)
  else if (tag === '#EXT-X-SKIP') state.isDelta = true
  else if (tag === '#EXT-X-DEFINE')
    state.variables.define(attributeOf(attributes, 'NAME'), attributeOf(attributes, 'VALUE'))
  else addSealing(state, tag, value, attributes)
}

function addDiscontinuity({ discontinuities, places }: PlaylistState): void {
  if (discontinuities.length < maxDiscontinuities && discontinuities.at(-1) !== places)
    discontinuities.push(places)
}

/** RFC 8216, 4.3.1.2 and 4.3.3. */
const onceOnly = new Set(
  '#EXT-X-VERSION #EXT-X-TARGETDURATION #EXT-X-MEDIA-SEQUENCE #EXT-X-DISCONTINUITY-SEQUENCE #EXT-X-ENDLIST #EXT-X-PLAYLIST-TYPE #EXT-X-I-FRAMES-ONLY'.split(
    ' ',
  ),
)

function addSealing(state: PlaylistState, tag: string, value: string, attributes: Attributes | null): void {
  if (tag === '#EXT-X-KEY' || tag === '#EXT-X-SESSION-KEY')
    state.key ??= { method: attributeOf(attributes, 'METHOD'), uri: attributeOf(attributes, 'URI') }
  else if (tag === '#EXT-X-MEDIA-SEQUENCE') state.mediaSequence ??= numberIn(value)
  else if (tag === '#EXT-X-TARGETDURATION') state.targetDuration ??= numberIn(value)
  else if (tag === '#EXT-X-SESSION-DATA' && attributeOf(attributes, 'DATA-ID') === timestampId)
    state.timestamp ??= attributeOf(attributes, 'VALUE')
}

const timestampId = 'com.apple.encrypted-datetime.timestamp'

const numberIn = (value: string): number | null => (/^\d{1,15}$/.test(value) ? Number(value) : null)

function addTrack(state: PlaylistState, tag: string, attributes: Attributes | null): void {
  state.tracks += 1
  if (tag === '#EXT-X-STREAM-INF') state.variantOpen = true
  else addRendition(state, attributes)
  for (const codec of attributeOf(attributes, 'CODECS')?.split(',', maxCodecs) ?? []) {
    if (state.codecs.size < maxCodecs) state.codecs.add(codec.trim())
  }
}

/** Renditions inside the variants have no URI (4.3.4.2.1). */
function addRendition(state: PlaylistState, attributes: Attributes | null): void {
  const uri = attributeOf(attributes, 'URI')
  recordUri(state, uri)
  if (uri !== null) addPlaylist(state, uri)
}

function addPlaylist({ playlists, variables }: PlaylistState, uri: string): void {
  if (playlists.size < maxEntries) playlists.add(variables.fill(uri).slice(0, maxText))
}

function addDuration(state: PlaylistState, value: string, line: number): void {
  state.extinfs += 1
  const [, decimal] = extinfDecimal.exec(value) ?? []
  if (decimal === undefined) state.badExtinf ??= line
  else if (state.durations.length < maxEntries) state.isTimed = state.durations.push(Number(decimal)) > 0
}

function addMap({ maps, variables }: PlaylistState, written: string | null): void {
  if (written === null || maps.length >= maxMaps) return
  const uri = variables.fill(written)
  if (!hasVariable(uri) && !maps.includes(uri)) maps.push(uri)
}

function addPart({ parts, variables }: PlaylistState, written: string | null): void {
  if (written === null || parts.length >= maxEntries) return
  const uri = variables.fill(written)
  if (!hasVariable(uri)) parts.push(uri)
}

/**
 * Records a URI. One with a variable that another playlist or a query defines is left out: where it leads is unknown.
 */
function recordUri({ uris, variables }: PlaylistState, written: string | null): void {
  if (written === null || uris.length >= maxEntries) return
  const uri = variables.fill(written).slice(0, maxText)
  if (!hasVariable(uri)) uris.push(uri)
}

function factsOf(state: PlaylistState, path: string): PlaylistFacts {
  const urls = [...state.maps, ...state.parts, ...state.uris]
  const playlists = new Set([...state.playlists].map((url) => pathOf(path, url)))
  const destinations = new Set(urls.map((url) => destinationOf(path, url).kind))
  return {
    kind: state.tracks > 0 ? 'multivariant' : 'media',
    trackCount: state.tracks,
    playlistCount: playlists.size,
    uris: state.uris,
    codecs: [...state.codecs],
    map: state.maps[0] ?? null,
    maps: state.maps,
    parts: state.parts,
    playlistType: state.playlistType,
    hasEndList: state.hasEndList,
    durations: state.durations,
    extinfCount: state.extinfs,
    segmentCount: state.segments,
    ...(state.key ? { sealing: sealingOf(state, state.key) } : {}),
    ...(state.targetDuration === null ? {} : { targetDuration: state.targetDuration }),
    ...(state.discontinuitySequence === null ? {} : { discontinuitySequence: state.discontinuitySequence }),
    ...(state.discontinuities.length === 0 ? {} : { discontinuities: state.discontinuities }),
    mediaSequence: state.isDelta ? null : (state.mediaSequence ?? 0),
    flaws: state.flaws.all(),
    hasAbsoluteUrl: destinations.has('absolute'),
    leavesStream: destinations.has('outside'),
  }
}

const sealingOf = (
  { mediaSequence, targetDuration, timestamp }: PlaylistState,
  { method, uri }: NonNullable<PlaylistState['key']>,
): PlaylistEncryption => ({ method, keyId: uri, mediaSequence, targetDuration, timestamp })

/** The path that a URI leads to; the URI itself where that is outside of the stream. */
function pathOf(path: string, url: string): string {
  const destination = destinationOf(path, url)
  return destination.kind === 'inside' ? destination.path : url
}

function faultsOf({ tracks, extinfs, badExtinf, repeated }: PlaylistState): InspectionFault[] {
  const faults: InspectionFault[] = []
  if (repeated)
    faults.push(malformed(`expected ${repeated.tag} once, received another in line ${repeated.line}`))
  if (badExtinf !== null) faults.push(malformed(`expected a decimal after #EXTINF: in line ${badExtinf}`))
  // RFC 8216, 4.3: media segment tags and multivariant tags never share a playlist.
  if (tracks > 0 && extinfs > 0) faults.push(malformed('expected segments or variants, received both'))
  return faults
}

const malformed = (message: string): InspectionFault => ({ code: 'playlist-malformed', message })
