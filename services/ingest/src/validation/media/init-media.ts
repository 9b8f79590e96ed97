import type { InitFacts } from '../../media/inspection.ts'
import { type Finding, find, shown } from '../finding.ts'
import { maxTextLength } from '../limits.ts'
import type { Precondition } from '../preconditions.ts'
import { type Announcement, at, type KnownInit, type Session, type Track } from '../state.ts'

/** What an init segment says of itself and against what its manifest announced. */
export function judgeInitMedia(session: Session, track: Track, init: InitFacts): readonly Finding[] {
  if (init.trackCount !== 1) {
    return [find('init-track-count', `expected one track in the init segment, received ${init.trackCount}`)]
  }
  const findings: Finding[] = []
  if (!init.isFragmented) {
    findings.push(find('init-not-fragmented', 'expected an mvex box in the moov, received none'))
  }
  if (init.encrypted) {
    findings.push(
      find('encrypted', `expected media that can be decoded, received ${shown(track.name)} encrypted`),
    )
  }
  if (init.handler === 'meta') {
    findings.push(
      find(
        'metadata-track',
        `expected sound or picture, received metadata (${shown(init.codec)}) as ${shown(track.name)}`,
      ),
    )
  }
  return [...findings, ...handlerOf(init), ...codecAnnounced(session, track.name, init.codec)]
}

/** ISO/IEC 14496-12, 8.4.3: the handler says how the sample entry is to be read. */
function handlerOf({ handler, codec }: InitFacts): readonly Finding[] {
  const expected = at(handlers, familyOf(codec))
  if (!expected || expected === handler) return []
  return [
    find(
      'init-handler',
      `expected handler ${expected} for ${shown(codec)}, received ${shown(handler || 'none')}`,
    ),
  ]
}

/** Another family is wrong, another profile or level is worth a word. */
export function codecAnnounced(session: Session, track: string, codec: string): readonly Finding[] {
  const announced = announcedCodecs(session, at(session.announcements, track))
  if (announced.length === 0 || codec === '' || announced.some((other) => isSame(other, codec))) return []
  const isFamilyKnown = announced.some((other) => familyOf(other) === familyOf(codec))
  const expected = shown(announced.join(', '))
  const message = `expected codec ${expected} as the manifest says, track ${shown(track)} has ${shown(codec)}`
  return [find('codec-not-announced', message, isFamilyKnown ? 'warning' : 'error')]
}

function announcedCodecs(session: Session, announcement: Announcement | undefined): readonly string[] {
  if (announcement?.codecs) return announcement.codecs.split(',').map((codec) => codec.trim())
  return session.hlsCodecs
}

/** Where only four letters are known, they are all there is to compare. */
function isSame(announced: string, codec: string): boolean {
  const [a, b] = [announced.toLowerCase(), codec.toLowerCase()]
  return a === b || (familyOf(a) === familyOf(b) && (!a.includes('.') || !b.includes('.')))
}

export function familyOf(codec: string): string {
  const family = codec.toLowerCase().split('.')[0] ?? ''
  return at(families, family) ?? family
}
/** The same codec with parameter sets in or out of band. */
const families: Readonly<Record<string, string>> = { avc3: 'avc1', hev1: 'hvc1' }

/** Sample entries that are read in one way only, by family. */
const handlers: Readonly<Record<string, string>> = {
  ...{ avc1: 'vide', hvc1: 'vide', av01: 'vide', vp08: 'vide', vp09: 'vide', vvc1: 'vide' },
  ...{ mp4a: 'soun', opus: 'soun', flac: 'soun', 'ac-3': 'soun', 'ec-3': 'soun', 'ac-4': 'soun' },
  ...{ wvtt: 'text', stpp: 'subt', urim: 'meta', evte: 'meta' },
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
  sampleDuration: init.defaultSampleDuration,
  sampleFlags: init.defaultSampleFlags,
})

/** What differs between two init segments of a track. */
export const differencesOf = (known: KnownInit, next: KnownInit): readonly (keyof KnownInit)[] =>
  (Object.keys(next) as (keyof KnownInit)[]).filter(
    (key) => known[key] !== next[key] && !isUnsaid(known, key),
  )

/** The same in words. */
export const changesOf = (known: KnownInit, next: KnownInit): string =>
  differencesOf(known, next)
    .map((key) => `${key} ${shown(String(next[key]))} instead of ${shown(String(known[key]))}`)
    .join(', ')

export const fitsSameSegments = (known: KnownInit, next: KnownInit): boolean =>
  differencesOf(known, next).every((key) => key === 'language')

/** No sample lasts 0: a packager may learn the default only at the end, and fill it in. */
const isUnsaid = (known: KnownInit, key: keyof KnownInit): boolean =>
  key === 'sampleDuration' && known[key] === 0

/** Whether anything was announced that a codec can be held against. */
export const codecPreconditions = (session: Session, track: string): readonly Precondition[] =>
  announcedCodecs(session, at(session.announcements, track)).length > 0 ? ['announced codec'] : []
