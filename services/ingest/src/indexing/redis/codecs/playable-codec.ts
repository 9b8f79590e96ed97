import type { PlayableSegment } from '../../../playback/ports.ts'
import type { JudgedUpload } from '../../judged-upload.ts'

/** The member of a sorted set whose score is the place of a segment: its decode time, and its shift. */
const encodePlayable = (segment: Omit<PlayableSegment, 'decodeTime'>): string => {
  const { upload, init, duration, bytes, receivedMs, isSound, shift } = segment
  const marks = `${isSound ? '' : ' !'}${shift === 0 ? '' : ` +${shift}`}`
  return `${upload} ${init} ${duration} ${bytes} ${receivedMs.toString(36)}${marks}`
}

/** The member of a judged upload; null for what no player can decode. */
export function playableMemberOf({ upload, media, init }: JudgedUpload): string | null {
  if (!media?.isPlayable || init === null) return null
  const { duration, isSound, shift } = media
  const receivedMs = Date.parse(upload.receivedAt)
  return encodePlayable({
    upload: upload.id,
    init,
    duration,
    bytes: upload.bytes,
    receivedMs,
    isSound,
    shift,
  })
}

/** Reads a member that `encodePlayable` made; the score is the decode time. */
export function decodePlayable(member: string, score: string): PlayableSegment {
  const [upload = '', init = '', duration, bytes, received = '0', ...marks] = member.split(' ')
  return {
    upload,
    init,
    decodeTime: Number(score),
    duration: Number(duration),
    bytes: Number(bytes),
    receivedMs: Number.parseInt(received, 36),
    isSound: !marks.includes('!'),
    shift: Number(marks.find((mark) => mark.startsWith('+')) ?? 0),
  }
}
