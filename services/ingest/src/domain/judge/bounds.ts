import { type Announcement, at, type Session } from './state.ts'

/** Matter allows 32 tracks with names of 16 characters, and one for metadata. */
export const mostTracks = 128

/** Of all track names of a session together, and of what its manifests say of tracks. */
export const mostNameBytes = 4_096
const mostAnnouncedBytes = 8_192

/** No string that a device chose is kept longer than this in what is known of a track. */
export const mostKept = 32

/** Digests are compared with each other only; so much of one tells any two uploads of a device apart. */
export const shortDigest = (sha256: string): string => sha256.slice(0, 16)

/** Whether a session may have one more track of this name. */
export function hasRoomFor(session: Session, name: string): boolean {
  if (at(session.tracks, name)) return true
  const names = Object.keys(session.tracks)
  if (names.length >= mostTracks) return false
  const bytes = names.reduce((sum, known) => sum + Buffer.byteLength(known), Buffer.byteLength(name))
  return bytes <= mostNameBytes
}

/** As many announcements, in their order, as may be kept. */
export function boundedAnnouncements(
  announced: Iterable<readonly [string, Announcement]>,
): Readonly<Record<string, Announcement>> {
  const kept: [string, Announcement][] = []
  let left = mostAnnouncedBytes
  for (const [name, announcement] of announced) {
    left -= Buffer.byteLength(JSON.stringify([name, announcement]))
    if (left < 0) break
    kept.push([name, announcement])
  }
  return Object.fromEntries(kept)
}
