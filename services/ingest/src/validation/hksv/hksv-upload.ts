import { keyIdPattern, sealedOverhead } from '../../media/hksv/sealed-object.ts'
import type { PlaylistFacts } from '../../media/inspection.ts'
import { add, type Context, type Evaluation, sessionEvent, trackIn, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { completeSession } from '../matter/matter-session.ts'
import { checkSegmentNumber } from '../matter/segment-number.ts'
import { isRepeat, uploadRepeated } from '../request-findings.ts'
import { at, newSession, type SealingState, type Session, type Track, withTrack } from '../state.ts'
import { checkSealedPlaylist, durationsDigest, timestampFault } from './hksv-playlist.ts'

/**
 * Checks an upload of HomeKit Secure Video, as HAP-NodeJS sends it: media is sealed and cannot be looked into, playlists
 * are clear. Session numbers have up to 20 digits, follow no order, and sessions may run side by side.
 */
export function checkHksvUpload(start: Evaluation, context: Context): Evaluation {
  const { name, upload } = context
  if (!name.isMatter || name.kind === 'mpd') {
    const expected =
      'expected session_<N>/index.m3u8, …/<track>/index.m3u8, …/<track>.init or …/segment_<K>.m4s'
    return add(start, { findings: [finding('object-path', `${expected}, received ${excerpt(upload.path)}`)] })
  }
  const entered = enter(start, context)
  if (isRepeat(context)) return add(entered, { findings: [uploadRepeated(context)] })
  if (name.kind === 'multivariant') return checkMultivariant(entered, context)
  return name.kind === 'playlist' ? checkMediaPlaylist(entered, context) : checkObject(entered, context)
}

type SessionEvaluation = Evaluation & { readonly session: Session }

function enter(evaluation: Evaluation, { name, receivedMs }: Context): SessionEvaluation {
  const known = at(evaluation.state.sessions, name.session)
  if (known && known.phase !== 'silent') return { ...evaluation, session: known }
  const session: Session = known ? { ...known, phase: 'open' } : newSession(name.session, receivedMs)
  const events = [sessionEvent(known ? 'session-reopened' : 'session-opened', session)]
  return { ...add(evaluation, { session, events }), session }
}

const noSealing: SealingState = {
  keyId: null,
  hasMedia: false,
  hasMultivariant: false,
  listed: 0,
  durations: 0,
  hasEnd: false,
}

const order = (message: string): Finding => finding('hksv-order', message)

function checkObject(entered: SessionEvaluation, context: Context): Evaluation {
  const { session } = entered
  const track = trackIn(session, context.name.track ?? '')
  const update = context.name.kind === 'init' ? addInit(session, track) : addSegment(context, session, track)
  const noted = finding(
    'encrypted',
    `expected media that can be decoded, ${excerpt(track.name)} is sealed and was not looked into`,
    'note',
  )
  return add(add(entered, { ...update, track: track.name, preconditions: ['hksv-object'] }), {
    findings: [...sealedFindings(context), noted],
  })
}

function sealedFindings({ upload, inspection }: Context): readonly Finding[] {
  if (inspection?.init || inspection?.media) {
    const message = 'expected a sealed object: IV, ciphertext, tag; received clear boxes'
    return [finding('sealed-malformed', message)]
  }
  if (upload.bytes > sealedOverhead) return []
  const message = `expected more than ${sealedOverhead} bytes: an IV of 16, the object, a tag of 16; received ${upload.bytes}`
  return [finding('sealed-malformed', message)]
}

function addInit(session: Session, track: Track): Update {
  const findings: Finding[] = []
  if (track.segmentCount > 0) findings.push(order('expected the init segment before the segments, some came'))
  else if (track.hasInit) findings.push(order('expected one init segment, received another'))
  else if (session.sealing?.hasMedia) findings.push(order('expected the init segment before the playlists'))
  const phase = track.segmentCount > 0 ? track.phase : 'init_uploaded'
  return { session: withTrack(session, { ...track, phase, hasInit: true }), findings }
}

function addSegment(context: Context, session: Session, track: Track): Update {
  const { sealing = noSealing } = session
  const { number } = context.name
  const isAgain = number !== null && track.lastNumber !== null && number <= track.lastNumber
  const numbered = checkSegmentNumber(context, track, isAgain)
  const findings = [...orderOfSegment(session, track, sealing, numbered.isReplacement), ...numbered.findings]
  const next: Track = {
    ...track,
    phase: 'segments_uploading',
    segmentCount: track.segmentCount + (numbered.isReplacement ? 0 : 1),
    lastNumber: Math.max(number ?? 0, track.lastNumber ?? 0),
    cutOffNumber: undefined,
  }
  const counted = { ...session, segmentCount: session.segmentCount + (numbered.isReplacement ? 0 : 1) }
  return { session: withTrack(counted, next), findings }
}

/** One cause, one finding: the first of what is missing before this segment. */
function orderOfSegment(
  session: Session,
  track: Track,
  sealing: SealingState,
  isReplacement: boolean,
): readonly Finding[] {
  if (session.phase === 'complete') return [order('expected nothing behind the playlist with EXT-X-ENDLIST')]
  if (!track.hasInit) return [order(`expected ${excerpt(track.name)}.init before its segments`)]
  if (!sealing.hasMedia) return [order(`expected ${excerpt(track.name)}/index.m3u8 before the segments`)]
  if (!sealing.hasMultivariant)
    return [order(`expected session_${session.key}/index.m3u8 before the segments`)]
  if (isReplacement || track.segmentCount <= sealing.listed) return []
  const message = `expected a playlist of ${track.segmentCount} segments before the next one, the newest has ${sealing.listed}`
  return [order(message)]
}

function checkMultivariant(entered: SessionEvaluation, context: Context): Evaluation {
  const playlist = context.inspection?.playlist
  const { session } = entered
  const { sealing = noSealing } = session
  if (!playlist) return add(entered, { findings: faultsOf(context), preconditions: ['hksv-playlist'] })
  const findings: Finding[] = [...keyFindings(sealing, playlist)]
  if (sealing.hasMultivariant) findings.push(order('expected one multivariant playlist, received another'))
  else if (session.segmentCount > 0)
    findings.push(order('expected the multivariant playlist before the segments'))
  else if (!sealing.hasMedia)
    findings.push(order('expected the media playlist before the multivariant one, it has not come'))
  const fault = timestampFault(playlist.sealing?.timestamp ?? null)
  if (fault !== null) findings.push(finding('hksv-key', fault))
  const next = { ...sealing, hasMultivariant: true, keyId: sealing.keyId ?? keyOf(playlist) }
  return add(entered, {
    session: { ...session, announced: true, sealing: next, hlsTrackCount: playlist.playlistCount },
    findings,
    preconditions: ['hksv-playlist'],
  })
}

function checkMediaPlaylist(entered: SessionEvaluation, context: Context): Evaluation {
  const playlist = context.inspection?.playlist
  const { session } = entered
  const { sealing = noSealing } = session
  const track = trackIn(session, context.name.track ?? '')
  const begun = { ...add(entered, { track: track.name, preconditions: ['hksv-playlist'] }), session }
  if (!playlist) return add(begun, { findings: faultsOf(context) })
  const isEnded = sealing.hasEnd && playlist.extinfCount !== sealing.listed
  const findings = [
    ...(track.hasInit ? [] : [order(`expected ${excerpt(track.name)}.init before its playlist`)]),
    ...(isEnded ? [order('expected nothing behind the playlist with EXT-X-ENDLIST')] : []),
    ...keyFindings(sealing, playlist),
    ...checkSealedPlaylist(playlist, sealing, track),
  ]
  const next: SealingState = {
    ...sealing,
    hasMedia: true,
    keyId: sealing.keyId ?? keyOf(playlist),
    hasEnd: playlist.hasEndList || sealing.hasEnd,
    listed: playlist.extinfCount,
    durations: durationsDigest(playlist.durations),
  }
  const known = withTrack({ ...session, sealing: next }, { ...track, hasPlaylist: true })
  const checked = add(begun, { session: known, findings })
  return playlist.hasEndList && session.phase !== 'complete' ? add(checked, completeSession(known)) : checked
}

/** Characters of a key's id in the state. */
const maxKeyIdLength = 64

const keyOf = ({ sealing }: PlaylistFacts): string | null => sealing?.keyId?.slice(0, maxKeyIdLength) ?? null

function keyFindings({ keyId: expected }: SealingState, playlist: PlaylistFacts): readonly Finding[] {
  const { sealing } = playlist
  if (!sealing) {
    const tag = playlist.kind === 'multivariant' ? 'EXT-X-SESSION-KEY' : 'EXT-X-KEY'
    return [finding('hksv-key', `expected ${tag} with METHOD=AES-256-GCM, received none`)]
  }
  const { method, keyId } = sealing
  if (method !== 'AES-256-GCM')
    return [finding('hksv-key', `expected METHOD=AES-256-GCM, received ${excerpt(method ?? 'none')}`)]
  if (!keyIdPattern.test(keyId ?? '')) {
    const message = `expected a key id of 16 hex digits that ends in 4000, received ${excerpt(keyId ?? 'none')}`
    return [finding('hksv-key', message)]
  }
  if (expected === null || expected === keyId) return []
  return [finding('hksv-key', `expected the key id ${expected} of the playlists before, received ${keyId}`)]
}

const faultsOf = ({ inspection }: Context): readonly Finding[] => {
  const [fault] = inspection?.faults ?? []
  return [finding('playlist-malformed', fault?.message ?? 'expected a playlist that begins with #EXTM3U')]
}
