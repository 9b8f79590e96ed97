import type { InitFacts, Inspection, MediaFacts, RepresentationFacts } from '../../media/inspection.ts'
import { mediaDuration } from '../../media/media-duration.ts'
import { directoryOf } from '../../uploads/object-path.ts'
import { requestPathOf } from '../../uploads/part-path.ts'
import type { Upload } from '../../uploads/upload.ts'
import { shortFingerprint } from '../limits.ts'
import { announcedInitsAt, announcedMediaAt } from '../manifests/announced-name.ts'
import { differencesOf, fitsSameSegments, knownInitOf } from '../media/init-media.ts'
import { type ObjectName, parseObjectName, pathInSession } from '../object-name.ts'
import { at, type Session, type Track, type TrackPlace } from '../state.ts'
import {
  extensionOf,
  freeTrackName,
  segmentOfPart,
  shapeDigest,
  steadyNameOf,
  textDigest,
  trackWordsOf,
  wordsBeforeCounter,
} from './track-names.ts'

/**
 * Which track of a cmaf-ingest session an object belongs to. The first evidence that decides wins:
 *
 * 1. what a manifest names: the MPD's templates and lists, a playlist's EXT-X-MAPs and segments;
 * 2. the paths of Matter and of DASH-IF Ingest;
 * 3. media: extension, track id, decode time that goes on, duration of a sample;
 * 4. folder and name.
 *
 * Files that are whole by themselves, each with a header of its own, are one track as long as their names differ in a
 * counter or a date and their headers fit each other: clips of one camera.
 *
 * Without other evidence all segments of a folder with one init segment are one track. What was decided stays: segments
 * that came before their init segment or manifest keep their track, and its name, and what comes later joins it. Two
 * tracks that both have segments are never made one, so that nothing is counted twice.
 */
export interface TrackIdentity {
  readonly name: string
  /** The track whose init segment this one shares; null where it has its own, or none is known. */
  readonly header: string | null
}

/** What identification needs to know of an object. For a part of a long request, `path` is the request's. */
export interface IdentifiedObject {
  readonly path: string
  readonly name: ObjectName
  readonly init: InitFacts | null
  readonly media: MediaFacts | null
  /** Digest of the path without its counter, see `shapeDigest`; null where the path has a form of a standard. */
  readonly shape: number | null
  /** Short fingerprint of its device; undefined without a certificate. */
  readonly device: string | undefined
}

export function identifiedObject(
  { path, part, sender }: Pick<Upload, 'path' | 'part' | 'sender'>,
  name: ObjectName,
  inspection: Pick<Inspection, 'init' | 'media'> | null,
): IdentifiedObject {
  const own = part ? requestPathOf(path) : path
  return {
    path: own,
    name,
    init: inspection?.init ?? null,
    media: inspection?.media ?? null,
    shape: name.isFree ? shapeDigest(own) : null,
    device: sender.device ? shortFingerprint(sender.device.fingerprint) : undefined,
  }
}

/** The track of an object on a cmaf-ingest stream; null for what belongs to none. */
export function identifyTrack(session: Session | undefined, object: IdentifiedObject): TrackIdentity | null {
  const { name, init } = object
  if (name.track === null) return null
  if (!name.isFree) return named(session, name.track)
  if (!session) return { name: init ? nameOfInit(object) : name.track, header: null }
  return init ? identifyInit(session, object, init) : named(session, segmentTrack(session, object))
}

/** The track, with the header that it shares as long as it has none of its own. */
function named(session: Session | undefined, chosen: string | Shared): TrackIdentity {
  const { name, header } = typeof chosen === 'string' ? { name: chosen, header: null } : chosen
  if (!session || at(session.tracks, name)?.hasInit) return { name, header: null }
  return { name, header: header ?? announcedHeader(session, name) }
}

interface Shared {
  readonly name: string
  readonly header: string | null
}

/** The track whose init segment is at the path that a manifest names for another track. */
function announcedHeader(session: Session, name: string): string | null {
  const path =
    at(session.announcements, name)?.initialization ?? at(session.playlists ?? {}, name)?.inits.at(-1)
  return path ? (ownerOf(session, path)?.name ?? null) : null
}

/** The track that has its own init segment at a path. */
function ownerOf({ tracks }: Session, path: string): Track | undefined {
  const digest = textDigest(path)
  return Object.values(tracks).find(({ place, header }) => place?.init === digest && header === undefined)
}

function identifyInit(session: Session, object: IdentifiedObject, init: InitFacts): TrackIdentity {
  const { path, media } = object
  const own = (name: string): TrackIdentity => ({ name, header: null })
  const [announced, ...others] = announcedInitsAt(session, path)
  if (announced !== undefined && others.length === 0) return own(announced)
  const owner = ownerOf(session, path)
  if (owner) return own(owner.name)
  const announcedMedia = media ? announcedMediaAt(session, path) : undefined
  if (announcedMedia !== undefined) return own(announcedMedia)
  if (isClipFile(object)) return own(clipTrack(session, object, init))
  const before = object.name.isTrackUrl ? clipBefore(session, object, init) : undefined
  if (before !== undefined) return own(before)
  const waiting = announced === undefined ? headlessTrack(session, path, init) : undefined
  return own(waiting ?? newInitTrack(session, object, init))
}

const nameOfInit = (object: IdentifiedObject): string =>
  freeTrackName(pathInSession(object.path), isClipFile(object))

/** Whether an object is a file of its own: a header with its media behind it, in fragments or in the moov's samples. */
export const isClipFile = ({ init, media, name }: IdentifiedObject): boolean =>
  init !== null && (media !== null || init.hasSamples === true) && !name.isTrackUrl

/** The track of the name of an init segment, unless another one has that name; then it is called like its path. */
function newInitTrack(session: Session, object: IdentifiedObject, init: InitFacts): string {
  const { path } = object
  const wanted = freeTrackName(pathInSession(path), false)
  const taken = at(session.tracks, wanted)
  const { initialization = null, media = null } = at(session.announcements, wanted) ?? {}
  const isAnnouncedElsewhere = initialization !== null || media !== null
  if (!taken) return isAnnouncedElsewhere ? pathInSession(path) : wanted
  const isOther =
    taken.place?.init !== undefined &&
    (taken.header !== undefined ||
      taken.init?.handler !== init.handler ||
      taken.init.trackId !== init.trackId)
  return isOther ? pathInSession(path) : wanted
}

const folderIn = (path: string): string => directoryOf(pathInSession(path))

/** Whether a track with free names is called like a folder, or like a file in it. */
const isIn = ({ name, place }: Track, folder: string): boolean =>
  place !== undefined && (name === folder || isInFolder(name, folder))

function isInFolder(path: string, folder: string): boolean {
  const end = path.lastIndexOf('/')
  return end < 0 ? folder === '' : end === folder.length && path.startsWith(folder)
}

/**
 * The track of the clips before a long request. Its last request has ended: tracks whose requests run side by side are
 * several; after one that was cut off a camera may have started again.
 */
const clipBefore = (session: Session, object: IdentifiedObject, init: InitFacts): string | undefined =>
  clipsOf(session, object, init).find(
    ({ openRequest, request, place }) =>
      openRequest === undefined && (request?.end !== 'cut-off' || place?.hasClips === true),
  )?.name

/**
 * The tracks that a clip may belong to: their names differ in counters, times and ids alone, their headers fit, and they
 * come from the same device. Where a folder has many such tracks already, its names tell nothing.
 */
function clipsOf(session: Session, { path, device }: IdentifiedObject, init: InitFacts): readonly Track[] {
  const steady = textDigest(steadyNameOf(path))
  const folder = folderIn(path)
  const fitting = Object.values(session.tracks).filter(
    (track) =>
      track.hasInit &&
      track.place?.steady !== undefined &&
      fitsClip(track, init) &&
      (device === undefined || (track.shortDevice ?? session.shortDevice ?? device) === device),
  )
  const alike = fitting.filter(({ place }) => place?.steady === steady)
  if (alike.length > 0) return alike
  const beside = fitting.filter((track) => isIn(track, folder) && hasSameHeader(track, init))
  return beside.length >= maxNames ? beside : []
}

const hasSameHeader = (track: Track, init: InitFacts): boolean =>
  init.trackCount !== 1 || track.init === null || differencesOf(track.init, knownInitOf(init)).length === 0

/** One camera may call its clips by what they show; more names than this are ids. */
const maxNames = 8

const fitsClip = (track: Track, init: InitFacts): boolean =>
  init.trackCount !== 1 || track.init === null || fitsSameSegments(track.init, knownInitOf(init))

/** The track of a clip, which brings its own init segment: one of clips like it, else one of its name. */
function clipTrack(session: Session, object: IdentifiedObject, init: InitFacts): string {
  const { path } = object
  const wanted = freeTrackName(pathInSession(path), true)
  const known = at(session.tracks, wanted)
  if (known && fitsClip(known, init)) return wanted
  const [alike] = clipsOf(session, object, init)
  if (alike) return alike.name
  if (!known) return wanted
  const whole = freeTrackName(pathInSession(path), false)
  return at(session.tracks, whole) ? pathInSession(path) : whole
}

const inFolder = ({ tracks }: Session, path: string): readonly Track[] => {
  const folder = folderIn(path)
  return Object.values(tracks).filter((track) => isIn(track, folder))
}

/** A track whose segments wait for this init segment; none where several may. */
function headlessTrack(session: Session, path: string, init: InitFacts): string | undefined {
  const waiting = inFolder(session, path).filter(
    ({ hasInit, headless }) => !hasInit && (init.trackCount !== 1 || headless?.trackId === init.trackId),
  )
  const words = trackWordsOf(path, false)
  const matching = waiting.filter((track) => hasAll(wordsOfTrack(track, path), words))
  if (matching.length === 1) return matching[0]?.name
  if (waiting.length === 1 && inFolder(session, path).length === 1) return waiting[0]?.name
  const likeness = (track: Track) => sharedStart(wordsOfTrack(track, path).join('_'), words.join('_'))
  const best = Math.max(1, ...waiting.map(likeness))
  const [closest, ...others] = waiting.filter((track) => likeness(track) === best)
  return others.length === 0 ? closest?.name : undefined
}

/** The words that tell a track from others in its folder; none for one that is called like the folder of a path. */
const wordsOfTrack = ({ name }: Track, path: string): readonly string[] =>
  name === folderIn(path) ? [] : trackWordsOf(name, false)

/** Whether the words that tell a track from others are in a segment's name. */
const isNamedLike = (track: Track, path: string): boolean =>
  wordsOfTrack(track, path).length > 0 && hasAll(wordsBeforeCounter(path), wordsOfTrack(track, path))

/** Whether the number behind a word of the track is in a segment's name: `0-25600` is like `stream0`. */
function isNumberedLike(track: Track, path: string): boolean {
  const words = wordsBeforeCounter(path)
  return wordsOfTrack(track, path).some((word) => words.includes(/\d+$/.exec(word)?.[0] ?? ''))
}

/** How many words of the track are in a segment's name: `s_hi_1` is like `i_hi`, which is not like `i_lo`. */
function sharedWords(track: Track, path: string): number {
  const words = wordsBeforeCounter(path)
  return wordsOfTrack(track, path).filter((word) => words.includes(word)).length
}

const hasAll = (words: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((word) => words.includes(word))

function segmentTrack(session: Session, object: IdentifiedObject): string | Shared {
  const { path, name } = object
  const whole = segmentOfPart(path)
  const announced =
    announcedMediaAt(session, path) ?? (whole === null ? undefined : announcedMediaAt(session, whole))
  if (announced !== undefined) return announced
  const owner = ownerOf(session, path)
  if (owner) return owner.name
  const own = name.track ?? 'media'
  const near = inFolder(session, path)
  if (near.length > 0) return amongNear(session, object, near, own)
  const [init] = announcedInitsAt(session, path)
  return init ?? { name: own, header: headerAbove(session, object)?.name ?? null }
}

/** The track of a segment among those in its folder. */
function amongNear(
  session: Session,
  object: IdentifiedObject,
  near: readonly Track[],
  own: string,
): string | Shared {
  const { path, shape } = object
  const alike = near.filter(({ place }) => place?.shape === shape)
  const [only] = alike
  // `v_1.3` may be the third segment of v_1, or the third part of the first segment of v.
  const isNamed =
    segmentOfPart(path) !== null && near.some((track) => track !== only && isNamedLike(track, path))
  if (only && alike.length === 1 && !isNamed) {
    const unused = only.hasInit ? [] : near.filter((track) => track.hasInit && track.segmentCount === 0)
    return { name: only.name, header: bestOf(unused, object, own)?.name ?? null }
  }
  const candidates = (alike.length > 0 && !isNamed ? alike : near).filter(({ hasInit }) => hasInit)
  const chosen = bestOf(candidates, object, own)
  if (!chosen || isOther(chosen, object)) return headlessSegment(session, object, near, own, chosen)
  return chosen.name
}

/** A segment that fits none of the init segments in its folder. */
function headlessSegment(
  session: Session,
  object: IdentifiedObject,
  near: readonly Track[],
  own: string,
  unlike: Track | undefined,
): string | Shared {
  const { path, media } = object
  const known = at(session.tracks, own)
  if (known && known !== unlike) return own
  const steady = textDigest(steadyNameOf(path))
  const before = near.find(
    ({ hasInit, headless, place }) =>
      !hasInit &&
      place?.steady === steady &&
      headless !== undefined &&
      headless.trackId === media?.trackId &&
      headless.end === media.decodeTime,
  )
  if (before) return before.name
  if (!unlike) return { name: own, header: headerAbove(session, object)?.name ?? null }
  const isShared =
    hasAll(wordsBeforeCounter(path), wordsOfTrack(unlike, path)) && unlike.init?.trackId === media?.trackId
  return { name: known ? pathInSession(path) : own, header: isShared ? unlike.name : null }
}

/**
 * Whether a segment belongs to another track than the one that fits best: names of another kind, and a time that runs
 * back or a track id of its own.
 */
function isOther(track: Track, { path, media, shape }: IdentifiedObject): boolean {
  if (!media || !track.init) return false
  const isForeign = !hasAll(wordsBeforeCounter(path), wordsOfTrack(track, path))
  if (media.trackId !== track.init.trackId) return isForeign || track.segmentCount > 0
  if (track.place?.shape === undefined || track.place.shape === shape) return false
  const { clock } = track
  return clock !== null && media.decodeTime !== null && media.decodeTime < clock.end - clock.sample
}

/** The one header in the nearest folder above that has any, if its track id is the segment's. */
function headerAbove({ tracks }: Session, { path, media }: IdentifiedObject): Track | undefined {
  const headers = Object.values(tracks).filter(({ hasInit, header }) => hasInit && header === undefined)
  for (let folder = folderIn(path); folder !== ''; ) {
    folder = directoryOf(folder)
    const digest = textDigest(folder)
    const above = headers.filter(({ place }) => place?.folder === digest)
    const fitting = above.filter(({ init }) => !media || !init || init.trackId === media.trackId)
    const named = fitting.filter((track) => hasAll(wordsBeforeCounter(path), wordsOfTrack(track, path)))
    if (above.length > 0) return named.length === 1 ? named[0] : fitting.length === 1 ? fitting[0] : undefined
  }
  return undefined
}

/** The track that fits a segment best; of those that fit alike the one whose init segment came last. */
function bestOf(tracks: readonly Track[], object: IdentifiedObject, own: string): Track | undefined {
  let left = tracks
  for (const weigh of evidence) {
    if (left.length < 2) break
    const weights = left.map((track) => Number(weigh(track, object, own)))
    const most = Math.max(...weights)
    left = left.filter((_track, index) => weights[index] === most)
  }
  return left.length < 2 ? left[0] : closestName(left, object.path)
}

type Evidence = (track: Track, object: IdentifiedObject, own: string) => boolean | number

/** From strong to weak. A track is left out where it fits less than another one does. */
const evidence: readonly Evidence[] = [
  ({ init }, { media }) => !media || !init || init.trackId === media.trackId,
  ({ init }, { path }) => handlerOf(path) === init?.handler,
  ({ name }, _object, own) => name === own,
  (track, { path }) => isNamedLike(track, path),
  (track, { path }) => isNumberedLike(track, path),
  (track, { path }) => sharedWords(track, path),
  ({ clock }, { media }) => clock !== null && media !== null && clock.end === media.decodeTime,
  ({ init }, { media }) => init?.handler !== 'soun' || media?.startsWithSync !== false,
  ({ init }, { media }) => hasUsualSamples(init, media),
]

/** The handler of a track whose files have this extension; null where it tells nothing. */
const handlerOf = (path: string): string | null => {
  const extension = extensionOf(path)
  return Object.hasOwn(handlers, extension) ? (handlers[extension] ?? null) : null
}
const handlers: Readonly<Record<string, string>> = {
  m4v: 'vide',
  cmfv: 'vide',
  m4a: 'soun',
  cmfa: 'soun',
  cmfm: 'meta',
}

/** Whether samples of this length are usual: frames of sound last 2 to 150 ms, pictures 3 ms to 2 s. */
function hasUsualSamples(init: Track['init'], media: MediaFacts | null): boolean {
  if (!init || !media || media.sampleCount === 0 || init.timescale <= 0) return false
  const duration = mediaDuration(media, init.sampleDuration)
  const seconds = duration / media.sampleCount / init.timescale
  return init.handler === 'soun' ? seconds >= 0.002 && seconds <= 0.15 : seconds >= 0.003 && seconds <= 2
}

function closestName(tracks: readonly Track[], path: string): Track | undefined {
  const name = wordsBeforeCounter(path).join('_')
  const likeness = (track: Track) => sharedStart(wordsOfTrack(track, path).join('_'), name)
  const best = Math.max(...tracks.map(likeness))
  return tracks.findLast((track) => likeness(track) === best)
}

function sharedStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}

/** Where a track's objects are, after one more of them. */
export function placeAfter({ place, hasInit }: Track, object: IdentifiedObject): TrackPlace {
  const { path, name, init, media, shape } = object
  const isClip = isClipFile(object)
  const isKnown = place !== undefined && hasInit && init === null
  const isSplit = name.isFree && name.isTrackUrl
  const isAnother = init !== null && (isClip || isSplit) && place?.init !== undefined
  if (isKnown && (media === null || name.isTrackUrl || place.shape === shape)) return place
  const needsSteady = isClip || isSplit || (!hasInit && init === null)
  return {
    init: init ? textDigest(path) : place?.init,
    folder: init ? textDigest(folderIn(path)) : place?.folder,
    shape: media && !name.isTrackUrl && shape !== null ? shape : place?.shape,
    clip: isSplit && shape !== null ? shape : place?.clip,
    steady: needsSteady ? textDigest(steadyNameOf(path)) : place?.steady,
    hasClips: place?.hasClips ?? (isAnother && place.init !== textDigest(path) ? true : undefined),
  }
}

/**
 * The names of the tracks that the representations of an MPD are; null for one that names no path, or one of another
 * session.
 */
export function representationTracks(
  session: Session,
  representations: readonly RepresentationFacts[],
): ReadonlyMap<RepresentationFacts, string | null> {
  const names = new Map<RepresentationFacts, string | null>()
  const first = new Map<string, RepresentationFacts>()
  for (const facts of representations) {
    const name = representationTrack(session, facts, representations)
    const other = name === null ? undefined : first.get(name)
    // Periods repeat ids; two representations of one name and other paths are two tracks.
    const isTaken =
      other !== undefined &&
      other.id !== facts.id &&
      !hasSamePaths(other, facts) &&
      !(name !== null && isOneFile(facts) && isOneFile(other) && at(session.tracks, name)?.place?.hasClips)
    const unique = isTaken ? examplePath(facts) : name
    if (unique !== null && !first.has(unique)) first.set(unique, facts)
    names.set(facts, unique)
  }
  return names
}

const hasSamePaths = (one: RepresentationFacts, other: RepresentationFacts): boolean =>
  one.initialization === other.initialization && mediaExample(one) === mediaExample(other)

function representationTrack(
  session: Session,
  facts: RepresentationFacts,
  others: readonly RepresentationFacts[],
): string | null {
  const example = examplePath(facts)
  if (example === null) return null
  const name = parseObjectName('cmaf-ingest', example)
  if (name.session !== session.key) return null
  if (!name.isFree) return name.track
  return knownTrackOf(session, facts, others) ?? newNameOf(facts, others)
}

/** A track whose segments, or whose init segment, are at the paths of a representation. */
function knownTrackOf(
  session: Session,
  facts: RepresentationFacts,
  others: readonly RepresentationFacts[],
): string | undefined {
  const media = mediaExample(facts)
  if (media !== null && isOneFile(facts))
    return ownerOf(session, media)?.name ?? clipsLike(session, media)?.name
  const shape = media === null ? null : shapeDigest(media)
  const bySegments = Object.values(session.tracks).find(
    ({ place }) => place?.shape !== undefined && place.shape === shape,
  )
  if (bySegments) return bySegments.name
  const { initialization } = facts
  if (initialization === null || isShared(initialization, facts, others)) return undefined
  return ownerOf(session, initialization)?.name
}

/** The track of several clips, one of which a file may be. */
function clipsLike({ tracks }: Session, path: string): Track | undefined {
  const steady = textDigest(steadyNameOf(path))
  return Object.values(tracks).find(({ place }) => place?.hasClips === true && place.steady === steady)
}

/** Whether all of a representation is in the one file that it names. */
const isOneFile = ({ addressing, initialization }: RepresentationFacts): boolean =>
  addressing === 'file' && initialization === null

function newNameOf(facts: RepresentationFacts, others: readonly RepresentationFacts[]): string | null {
  const { initialization } = facts
  const media = mediaExample(facts)
  if (media !== null && isOneFile(facts)) return freeTrackName(pathInSession(media), false)
  if (initialization === null || (media !== null && isShared(initialization, facts, others)))
    return media === null ? null : freeTrackName(pathInSession(media), true)
  return freeTrackName(pathInSession(initialization), false)
}

/** Whether another representation, with other segments, has the same init segment. */
const isShared = (
  initialization: string,
  { media, segments }: RepresentationFacts,
  others: readonly RepresentationFacts[],
): boolean =>
  others.some(
    (other) =>
      other.initialization === initialization &&
      (other.media !== media || (other.segments?.[0] ?? null) !== (segments?.[0] ?? null)),
  )

/** One path of those that a representation names; null where it names none below the stream. */
export const examplePath = (facts: RepresentationFacts): string | null =>
  facts.initialization ?? mediaExample(facts)

const mediaExample = ({ media, segments }: RepresentationFacts): string | null =>
  media?.replace(/\$(Number|SubNumber|Time)[^$]*\$/g, '1').replaceAll('$$', '$') ?? segments?.[0] ?? null

/**
 * The shape of the names of a representation's segments, by which clips that were cut into segments are known: each of them
 * is a track. Null where it names one file.
 */
export function clipShapeOf(facts: RepresentationFacts): number | null {
  const media = /\$(Number|Time)/.test(facts.media ?? '') ? mediaExample(facts) : null
  return media === null ? null : shapeDigest(media)
}

/** The name of the track that a media playlist lists, from the paths of its EXT-X-MAPs and segments. */
export function playlistTrack(session: Session, { inits, examples }: PlaylistPaths): string | null {
  const [init, media] = [inits[0], examples[0]]
  const example = init ?? media
  if (example === undefined) return null
  const name = parseObjectName('cmaf-ingest', example)
  if (name.session !== session.key) return null
  if (!name.isFree) return name.track
  const announced = media === undefined ? undefined : announcedMediaAt(session, media)
  if (announced !== undefined) return announced
  const shapes = new Set(examples.map((path) => shapeDigest(path)))
  const bySegments = Object.values(session.tracks).find(
    ({ place }) => place?.shape !== undefined && shapes.has(place.shape),
  )
  if (bySegments) return bySegments.name
  const isOneFile = init !== undefined && init === media
  const byInit = inits.map((path) => announcedInitsAt(session, path)[0] ?? ownerOf(session, path)?.name)
  const known = byInit.find((track) => track !== undefined)
  if (known !== undefined && !hasOtherSegments(session, known)) return known
  const wanted = init === undefined || known !== undefined ? null : freeTrackName(pathInSession(init), false)
  if (wanted !== null && !at(session.playlists ?? {}, wanted)) return wanted
  return media === undefined ? null : freeTrackName(pathInSession(media), !isOneFile)
}

/** The paths of a media playlist, below the stream; of its segments and parts some. */
export interface PlaylistPaths {
  readonly inits: readonly string[]
  readonly examples: readonly string[]
}

/** Whether a track has segments, or a playlist that lists some: another playlist of the same header is another track. */
const hasOtherSegments = (session: Session, name: string): boolean =>
  (at(session.tracks, name)?.segmentCount ?? 0) > 0 ||
  at(session.playlists ?? {}, name) !== undefined ||
  at(session.announcements, name) !== undefined
