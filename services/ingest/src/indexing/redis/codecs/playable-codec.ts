import type { PlayableSegment } from '../../../playback/ports.ts'

/** The member of a sorted set whose score is the decode time. */
export const encodePlayable = (segment: Omit<PlayableSegment, 'decodeTime'>): string => {
  const { upload, init, duration, bytes, receivedMs, isSound } = segment
  return `${upload} ${init} ${duration} ${bytes} ${receivedMs.toString(36)}${isSound ? '' : ' !'}`
}

export function decodePlayable(member: string, score: string): PlayableSegment {
  const [upload = '', init = '', duration, bytes, received = '0', fault] = member.split(' ')
  return {
    ...{ upload, init, decodeTime: Number(score), duration: Number(duration), bytes: Number(bytes) },
    receivedMs: Number.parseInt(received, 36),
    isSound: fault === undefined,
  }
}
