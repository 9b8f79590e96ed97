import { makeSmallMedia } from '../../services/ingest/src/media/isobmff/testing/small-media.ts'
import type { Template } from '../load/numbered-segment.ts'

/** Makes the init segment and one segment, of some KiB, of a real track. */
export async function makeSmallTrack(): Promise<Template> {
  const [video = Buffer.alloc(0)] = await makeSmallMedia()
  const boxes = boxesOf(video)
  const moofs = boxes.filter(({ type }) => type === 'moof')
  // A prft box belongs to the moof after it.
  const starts = moofs.map(
    ({ start }) => boxes.find(({ end, type }) => end === start && type === 'prft')?.start ?? start,
  )
  const [first = 0, second = video.length] = starts
  return { init: video.subarray(0, first), segment: video.subarray(first, second) }
}

function boxesOf(bytes: Buffer) {
  const boxes: { readonly type: string; readonly start: number; readonly end: number }[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = start + bytes.readUInt32BE(start)
    boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start, end })
    start = end
  }
  return boxes
}
