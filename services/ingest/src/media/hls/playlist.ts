import type { InspectionFault, PlaylistFacts } from '../inspection.ts'
import { destinationOf } from '../relative-url.ts'

const maxEntries = 10_000
const maxCodecs = 100
const maxText = 1_024

/** What is gathered line by line. */
interface Gathered {
  tracks: number
  variantOpen: boolean
  uris: string[]
  codecs: Set<string>
  map: string | null
  playlistType: string | null
  hasEndList: boolean
  durations: number[]
  extinfs: number
  segments: number
  /** Line of the first EXTINF that is no decimal. */
  badExtinf: number | null
}

/**
 * The facts of an HLS playlist (RFC 8216), null with a fault when it is none. Unknown tags, CRLF and a byte
 * order mark are passed over.
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

  const gathered = startGathering()
  for (const [index, line] of text.split('\n').entries()) gather(gathered, line.trim(), index + 1)
  return { playlist: factsOf(gathered, path), faults: faultsOf(gathered) }
}

const startGathering = (): Gathered => ({
  tracks: 0,
  variantOpen: false,
  uris: [],
  codecs: new Set(),
  map: null,
  playlistType: null,
  hasEndList: false,
  durations: [],
  extinfs: 0,
  segments: 0,
  badExtinf: null,
})

function gather(gathered: Gathered, line: string, number: number): void {
  if (line === '') return
  if (!line.startsWith('#')) gatherUri(gathered, line)
  else if (line.startsWith('#EXT')) gatherTag(gathered, line, number)
}

function gatherUri(gathered: Gathered, uri: string): void {
  keepUri(gathered, uri)
  if (!gathered.variantOpen) gathered.segments += 1
  gathered.variantOpen = false
}

function gatherTag(gathered: Gathered, line: string, number: number): void {
  const colon = line.indexOf(':')
  const [tag, value] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()]
  // A tag ends at its colon: EXT-X-MEDIA-SEQUENCE is no EXT-X-MEDIA.
  if (tag === '#EXT-X-MEDIA' || tag === '#EXT-X-STREAM-INF') gatherTrack(gathered, tag, value)
  else if (tag === '#EXTINF') gatherDuration(gathered, value, number)
  else if (tag === '#EXT-X-MAP') gathered.map ??= attribute(value, 'URI')
  else if (tag === '#EXT-X-PLAYLIST-TYPE') gathered.playlistType ??= value.slice(0, 80)
  else if (tag === '#EXT-X-ENDLIST') gathered.hasEndList = true
}

function gatherTrack(gathered: Gathered, tag: string, value: string): void {
  gathered.tracks += 1
  if (tag === '#EXT-X-STREAM-INF') gathered.variantOpen = true
  else keepUri(gathered, attribute(value, 'URI'))
  for (const codec of attribute(value, 'CODECS')?.split(',', maxCodecs) ?? []) {
    if (gathered.codecs.size < maxCodecs) gathered.codecs.add(codec.trim())
  }
}

function gatherDuration(gathered: Gathered, value: string, line: number): void {
  gathered.extinfs += 1
  const [, decimal] = /^(\d{1,12}(?:\.\d{0,20})?)\s*(?:,|$)/.exec(value) ?? []
  if (decimal === undefined) gathered.badExtinf ??= line
  else if (gathered.durations.length < maxEntries) gathered.durations.push(Number(decimal))
}

function keepUri(gathered: Gathered, uri: string | null): void {
  if (uri !== null && gathered.uris.length < maxEntries) gathered.uris.push(uri.slice(0, maxText))
}

/** RFC 8216, 4.2: a quoted value may hold commas. */
const attributes = /(?:^|,)\s*([A-Z0-9-]{1,64})=(?:"([^"]{0,4096})"|([^",]{0,4096}))/g

function attribute(list: string, wanted: string): string | null {
  for (const [, name, quoted, plain] of list.matchAll(attributes)) {
    if (name === wanted) return (quoted ?? plain ?? '').slice(0, maxText)
  }
  return null
}

function factsOf(gathered: Gathered, path: string): PlaylistFacts {
  const urls = gathered.map === null ? gathered.uris : [gathered.map, ...gathered.uris]
  const leading = new Set(urls.map((url) => destinationOf(path, url).kind))
  return {
    kind: gathered.tracks > 0 ? 'multivariant' : 'media',
    trackCount: gathered.tracks,
    uris: gathered.uris,
    codecs: [...gathered.codecs],
    map: gathered.map,
    playlistType: gathered.playlistType,
    hasEndList: gathered.hasEndList,
    durations: gathered.durations,
    extinfCount: gathered.extinfs,
    segmentCount: gathered.segments,
    hasAbsoluteUrl: leading.has('absolute'),
    leavesStream: leading.has('outside'),
  }
}

function faultsOf({ tracks, extinfs, badExtinf }: Gathered): InspectionFault[] {
  const faults: InspectionFault[] = []
  if (badExtinf !== null) faults.push(malformed(`expected a decimal after #EXTINF: in line ${badExtinf}`))
  // RFC 8216, 4.3: media segment tags and multivariant tags never share a playlist.
  if (tracks > 0 && extinfs > 0) faults.push(malformed('expected segments or variants, received both'))
  return faults
}

const malformed = (message: string): InspectionFault => ({ code: 'playlist-malformed', message })
