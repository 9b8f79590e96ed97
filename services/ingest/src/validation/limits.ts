import type { Announcement } from './manifests/manifest-state.ts'
import { at, type Session } from './state.ts'

/** Matter allows 32 tracks with names of 16 characters, and one for metadata. */
export const maxTracks = 128

/** Maximum of all track names of a session together, and of its announcements as JSON; both in bytes. */
export const maxNameBytes = 4_096
const maxAnnouncedBytes = 8_192

/** Maximum length of a string from a device in the state of a track, in characters. */
export const maxTextLength = 32

/** Maximum length of the codecs of a representation, and of those of a track together, in characters. */
export const maxCodecsLength = 64
export const maxTrackCodecsLength = 256

/** The first 64 bits of a SHA-256 in hex. Digests in the state are only compared, within one stream. */
export const shortDigest = (sha256: string): string => sha256.slice(0, 16)

/** The first 32 bits of a fingerprint in hex, to tell the few devices of one stream apart. */
export const shortFingerprint = (fingerprint: string): string => fingerprint.slice(0, 8)

/** Whether a session may have one more track of this name. */
export function mayAddTrack(session: Session, name: string): boolean {
  if (at(session.tracks, name)) return true
  const names = Object.keys(session.tracks)
  if (names.length >= maxTracks) return false
  const bytes = names.reduce((sum, known) => sum + Buffer.byteLength(known), Buffer.byteLength(name))
  return bytes <= maxNameBytes
}

/** The first announcements that fit into `maxAnnouncedBytes`; if not all fit, none of them has its paths. */
export function limitAnnouncements(
  announced: Iterable<readonly [string, Announcement]>,
): Session['announcements'] {
  const all = [...announced]
  const whole = withinLimit(all)
  if (whole.length === all.length) return Object.fromEntries(all)
  return Object.fromEntries(
    withinLimit(
      all.map(([name, one]) => [name, { ...one, initialization: null, media: null, list: undefined }]),
    ),
  )
}

/** The newest playlists' names that fit into `maxAnnouncedBytes`. */
export function limitPlaylists(playlists: NonNullable<Session['playlists']>): Session['playlists'] {
  let left = maxAnnouncedBytes
  const kept = Object.entries(playlists)
    .reverse()
    .filter((entry) => {
      left -= Buffer.byteLength(JSON.stringify(entry))
      return left >= 0
    })
  return Object.fromEntries(kept.reverse())
}

function withinLimit(announced: readonly AnnouncementEntry[]): readonly AnnouncementEntry[] {
  let left = maxAnnouncedBytes
  const over = announced.findIndex((entry) => {
    left -= Buffer.byteLength(JSON.stringify(entry))
    return left < 0
  })
  return over < 0 ? announced : announced.slice(0, over)
}

type AnnouncementEntry = readonly [string, Announcement]
