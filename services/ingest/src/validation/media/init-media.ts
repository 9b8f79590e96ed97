import { isPictureHandler } from '../../media/handlers.ts'
import type { InitFacts } from '../../media/inspection.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { maxTextLength } from '../limits.ts'
import type { Announcement } from '../manifests/manifest-state.ts'
import type { Precondition } from '../preconditions.ts'
import { at, type KnownInit, type Session, type Track } from '../state.ts'
import { familyOf, isSameCodec, type TrackCodec } from './codec-agreement.ts'

/**
 * Findings on an init segment alone (ISO/IEC 23000-19, 7.3), and against the codec that a manifest announces.
 */
export function checkInitMedia(session: Session, track: Track, init: InitFacts): readonly Finding[] {
  if (init.trackCount !== 1) {
    return [
      finding('init-track-count', `expected one track in the init segment, received ${init.trackCount}`),
    ]
  }
  const findings: Finding[] = []
  if (!init.isFragmented) {
    findings.push(finding('init-not-fragmented', 'expected an mvex box in the moov, received none'))
  } else if (init.hasSamples) {
    const message = 'expected samples in fragments alone, received some in the moov beside its mvex'
    findings.push(finding('init-with-samples', message))
  }
  if (init.encrypted) {
    findings.push(
      finding('encrypted', `expected media that can be decoded, received ${excerpt(track.name)} encrypted`),
    )
  }
  if (init.handler === 'meta') {
    findings.push(
      finding(
        'metadata-track',
        `expected sound or picture, received metadata (${excerpt(init.codec)}) as ${excerpt(track.name)}`,
      ),
    )
  }
  return [
    ...findings,
    ...checkBrands(init),
    ...checkHandler(init),
    ...checkAnnouncedCodec(session, track.name, init),
  ]
}

/** ISO/IEC 14496-12, 4.3: the ftyp names what a reader must know to read the file. */
function checkBrands({ brands }: InitFacts): readonly Finding[] {
  if (brands.some((brand) => isoBrand.test(brand))) return []
  const received = brands.length > 0 ? excerpt(brands.join(', ')) : 'no ftyp'
  return [finding('init-brand', `expected an ftyp with a brand of CMAF or ISO BMFF, received ${received}`)]
}

/** Brands of CMAF, of ISO/IEC 14496-12, -14 and -15, of DASH, and those of others that are built on them. */
const isoBrand =
  /^(cmf.|ca..|iso.|mp4[12]|avc1|hvc1|av01|dash|msdh|msix|ccff|piff|hlsf|mif1|dby1|3g..|m4[abpv].|f4v.) *$/i

/** ISO/IEC 14496-12, 8.4.3: the handler has to fit the sample entry. */
function checkHandler({ handler, codec }: InitFacts): readonly Finding[] {
  const expected = at(handlers, familyOf(codec))
  if (!expected || expected === handler || (expected === 'vide' && isPictureHandler(handler))) return []
  return [
    finding(
      'init-handler',
      `expected handler ${expected} for ${excerpt(codec)}, received ${excerpt(handler || 'none')}`,
    ),
  ]
}

/**
 * A codec that the manifest does not announce: an error for another family, a warning for another profile or
 * level.
 */
export function checkAnnouncedCodec(session: Session, track: string, init: TrackCodec): readonly Finding[] {
  const { codec } = init
  const announced = announcedCodecs(session, at(session.announcements, track))
  if (announced.length === 0 || codec === '' || announced.some((other) => isSameCodec(other, init))) return []
  const isFamilyKnown = announced.some((other) => familyOf(other) === familyOf(codec))
  const expected = excerpt(announced.join(', '))
  const message = `expected codec ${expected} as the manifest says, track ${excerpt(track)} has ${excerpt(codec)}`
  return [finding('codec-not-announced', message, isFamilyKnown ? 'warning' : 'error')]
}

function announcedCodecs(session: Session, announcement: Announcement | undefined): readonly string[] {
  if (announcement?.codecs) return announcement.codecs.split(',').map((codec) => codec.trim())
  return session.hlsCodecs
}

/** The one handler that fits a family of sample entries. */
const handlers: Readonly<Record<string, string>> = {
  avc1: 'vide',
  hvc1: 'vide',
  av01: 'vide',
  vp08: 'vide',
  vp09: 'vide',
  vvc1: 'vide',
  mp4v: 'vide',
  mp4a: 'soun',
  opus: 'soun',
  flac: 'soun',
  'ac-3': 'soun',
  'ec-3': 'soun',
  'ac-4': 'soun',
  alac: 'soun',
  mha1: 'soun',
  mhm1: 'soun',
  ipcm: 'soun',
  fpcm: 'soun',
  wvtt: 'text',
  stpp: 'subt',
  urim: 'meta',
  evte: 'meta',
}

export const knownInitOf = (init: InitFacts): KnownInit => ({
  trackId: init.trackId,
  timescale: init.timescale,
  handler: init.handler.slice(0, 4),
  codec: init.codec.slice(0, maxTextLength),
  language: init.language.slice(0, maxTextLength),
  width: init.width,
  height: init.height,
  encrypted: init.encrypted,
  dolbyVision: init.dolbyVision ?? undefined,
  delaySeconds: init.delaySeconds,
  ...(init.editStart === undefined ? {} : { editStart: init.editStart }),
  ...(init.descriptionCount === undefined ? {} : { descriptionCount: init.descriptionCount }),
  ...(init.defaultDescription === undefined ? {} : { defaultDescription: init.defaultDescription }),
  ...(init.ivSizes === undefined ? {} : { ivSizes: init.ivSizes.map((size) => size ?? '').join() }),
  sampleDuration: init.defaultSampleDuration,
  sampleSize: init.defaultSampleSize,
  sampleFlags: init.defaultSampleFlags,
})

/** The fields that differ between two init segments of a track. */
export const differencesOf = (known: KnownInit, next: KnownInit): readonly (keyof KnownInit)[] =>
  (Object.keys({ ...known, ...next }) as (keyof KnownInit)[]).filter(
    (key) => known[key] !== next[key] && !isUnknown(known, key),
  )

/** The differences as text for a message. */
export const changesOf = (known: KnownInit, next: KnownInit): string =>
  differencesOf(known, next)
    .map((key) => `${key} ${excerpt(String(next[key]))} instead of ${excerpt(String(known[key]))}`)
    .join(', ')

/** Whether segments of the one init segment can be decoded with the other: only the language may differ. */
export const fitsSameSegments = (known: KnownInit, next: KnownInit): boolean =>
  differencesOf(known, next).every((key) => key === 'language')

/**
 * A default duration or size of 0 means unknown: a packager may fill it in later. An edit list says when a presentation
 * begins, not how its media is decoded.
 */
const isUnknown = (known: KnownInit, key: keyof KnownInit): boolean =>
  key === 'delaySeconds' ||
  key === 'editStart' ||
  ((key === 'sampleDuration' || key === 'sampleSize') && known[key] === 0)

/** `announced-codec` where a manifest announces a codec of the track. */
export const codecPreconditions = (session: Session, track: string): readonly Precondition[] =>
  announcedCodecs(session, at(session.announcements, track)).length > 0 ? ['announced-codec'] : []
