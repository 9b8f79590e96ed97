import type { InitFacts } from '../inspection.ts'
import { type Finding, find, shown } from './finding.ts'
import type { Situation } from './situation.ts'
import { type Announcement, at, type KnownInit, type Session, type Track } from './state.ts'

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
      find('encrypted', `track ${shown(track.name)} is encrypted; its pictures cannot be checked`),
    )
  }
  if (init.handler === 'meta') {
    findings.push(
      find('metadata-track', `track ${shown(track.name)} carries metadata (${shown(init.codec)})`),
    )
  }
  return [...findings, ...codecAnnounced(session, track.name, init.codec)]
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

function familyOf(codec: string): string {
  const family = codec.toLowerCase().split('.')[0] ?? ''
  return at(families, family) ?? family
}
/** The same codec with parameter sets in or out of band. */
const families: Readonly<Record<string, string>> = { avc3: 'avc1', hev1: 'hvc1' }

export const knownInitOf = (init: InitFacts): KnownInit => ({
  trackId: init.trackId,
  timescale: init.timescale,
  handler: init.handler.slice(0, 8),
  codec: init.codec.slice(0, 64),
  width: init.width,
  height: init.height,
  encrypted: init.encrypted,
  defaultSampleDuration: init.defaultSampleDuration,
  defaultSampleFlags: init.defaultSampleFlags,
})

/** What differs between two init segments of a track, in words; empty when segments fit both. */
export function differencesOf(known: KnownInit, next: KnownInit): readonly string[] {
  const keys = Object.keys(known) as (keyof KnownInit)[]
  return keys
    .filter((key) => known[key] !== next[key] && !isUnsaid(known, key))
    .map((key) => `${key} ${shown(String(known[key]))} → ${shown(String(next[key]))}`)
}

/** No sample lasts 0: a packager may learn the default only at the end, and fill it in. */
const isUnsaid = (known: KnownInit, key: keyof KnownInit): boolean =>
  key === 'defaultSampleDuration' && known[key] === 0

/** Whether anything was announced that a codec can be held against. */
export const codecSituations = (session: Session, track: string): readonly Situation[] =>
  announcedCodecs(session, at(session.announcements, track)).length > 0 ? ['announced codec'] : []
