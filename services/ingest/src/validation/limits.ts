import { type Announcement, at, type Session } from './state.ts'

/** Matter allows 32 tracks with names of 16 characters, and one for metadata. */
export const maxTracks = 128

/** Of all track names of a session together, and of what its manifests say of tracks. */
export const maxNameBytes = 4_096
const maxAnnouncedBytes = 8_192

/** No string that a device chose is kept longer than this in what is known of a track. */
export const maxTextLength = 32

/** Digests are compared with each other only; so much of one tells any two uploads of a device apart. */
export const shortDigest = (sha256: string): string => sha256.slice(0, 16)

/** Whether a session may have one more track of this name. */
export function mayAddTrack(session: Session, name: string): boolean {
  if (at(session.tracks, name)) return true
  const names = Object.keys(session.tracks)
  if (names.length >= maxTracks) return false
  const bytes = names.reduce((sum, known) => sum + Buffer.byteLength(known), Buffer.byteLength(name))
  return bytes <= maxNameBytes
}

/** As many announcements, in their order, as may be kept; none with its paths where these are too many. */
export function boundedAnnouncements(
  announced: Iterable<readonly [string, Announcement]>,
): Session['announcements'] {
  const all = [...announced]
  const whole = fitting(all)
  if (whole.length === all.length) return Object.fromEntries(all)
  return Object.fromEntries(
    fitting(all.map(([name, one]) => [name, { ...one, initialization: null, media: null }])),
  )
}

function fitting(announced: readonly Announced[]): readonly Announced[] {
  let left = maxAnnouncedBytes
  const over = announced.findIndex((entry) => {
    left -= Buffer.byteLength(JSON.stringify(entry))
    return left < 0
  })
  return over < 0 ? announced : announced.slice(0, over)
}

type Announced = readonly [string, Announcement]
