import { startOfIdsAt, timeOfId } from './time-of-id.ts'

/** Keeps keys, prefix included, below the 1024 bytes that S3 allows. */
const maxMembers = 16
/** Keeps each part of a key below 255 bytes, the limit of stores that keep objects as files. */
const membersPerPart = 8
const maxMemberBytes = 65_536
const maxPackBytes = 262_144
/** The times in the ids of one pack differ at most by this, so that a listing finds a pack by the time of an id. */
const maxSpanMs = 300_000

const idBytes = 16
const encodedIdLength = 22
const radix = 36
const idPattern = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/

/** A body in a pack. */
export interface PackMember {
  readonly upload: string
  readonly bytes: number
}

/** An object with the bodies of several uploads of one stream, one after the other. Its key names them. */
export interface Pack {
  readonly key: string
  readonly members: readonly PackMember[]
}

/** The prefix of the keys of a stream's packs. The keys sort by the lowest upload id of each pack. */
export const packsPrefix = (stream: string): string => `packs/${stream}/`

/**
 * Creates a pack. Its key is `packs/<stream>/<lowest id>.<count>/…`, with each member's id (base64url) and size (base
 * 36).
 */
export function packOf(stream: string, members: readonly PackMember[]): Pack {
  const [lowest] = members.map(({ upload }) => upload).sort()
  const names = members.map(
    ({ upload, bytes }) =>
      Buffer.from(upload.replaceAll('-', ''), 'hex').toString('base64url') + bytes.toString(radix),
  )
  const parts: string[] = []
  for (let from = 0; from < names.length; from += membersPerPart)
    parts.push(names.slice(from, from + membersPerPart).join('.'))
  return { key: `${packsPrefix(stream)}${lowest}.${names.length}/${parts.join('/')}`, members }
}

/** Parses the key of a pack; null for a key that `packOf` has not made. */
export function packIn(stream: string, key: string): Pack | null {
  const [head = '', ...parts] = key.slice(packsPrefix(stream).length).split('/')
  const members = parts.flatMap((part) => part.split('.')).map(memberIn)
  const known = members.filter((member) => member !== null)
  return known.length > 0 && head.endsWith(`.${known.length}`) && known.length === members.length
    ? { key, members: known }
    : null
}

function memberIn(name: string): PackMember | null {
  const id = Buffer.from(name.slice(0, encodedIdLength), 'base64url')
  const bytes = Number.parseInt(name.slice(encodedIdLength), radix)
  if (id.length !== idBytes || !(bytes > 0)) return null
  const upload = id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return idPattern.test(upload) ? { upload, bytes } : null
}

/** The lowest id in the key of a pack. */
export const lowestIdOf = ({ key }: Pack): string => key.split('/')[2]?.split('.')[0] ?? ''

interface MemberRange extends PackMember {
  /** Offset in the pack, in bytes. */
  readonly offset: number
}

/** The bodies of a pack in their order, with their offsets. */
export function placesIn({ members }: Pack): readonly MemberRange[] {
  let end = 0
  return members.map((member) => {
    const offset = end
    end += member.bytes
    return { ...member, offset }
  })
}

/** A key that sorts before every pack that may hold an upload, so that a listing can start after it. */
export function beforePacksWith(stream: string, upload: string): string {
  return `${packsPrefix(stream)}${startOfIdsAt(timeOfId(upload) - maxSpanMs)}`
}

/** Whether a body may be in a pack: it is small, not empty, and has an id of this server. */
export const isPackable = ({ upload, bytes }: PackMember): boolean =>
  bytes > 0 && bytes <= maxMemberBytes && idPattern.test(upload)

/** Groups neighbours that can share a pack. The result depends only on the bodies and their order. */
export function groupBodies<Body extends PackMember>(bodies: readonly Body[]): readonly (readonly Body[])[] {
  const groups: Body[][] = []
  let open: Body[] = []
  let [bytes, fromMs, toMs] = [0, 0, 0]
  for (const body of bodies) {
    if (!isPackable(body)) {
      groups.push([body])
      continue
    }
    const atMs = timeOfId(body.upload)
    const [earliestMs, latestMs] = [Math.min(fromMs, atMs), Math.max(toMs, atMs)]
    const fits =
      open.length < maxMembers && bytes + body.bytes <= maxPackBytes && latestMs - earliestMs <= maxSpanMs
    if (open.length > 0 && fits) {
      ;[bytes, fromMs, toMs] = [bytes + body.bytes, earliestMs, latestMs]
    } else {
      open = []
      groups.push(open)
      ;[bytes, fromMs, toMs] = [body.bytes, atMs, atMs]
    }
    open.push(body)
  }
  return groups
}
