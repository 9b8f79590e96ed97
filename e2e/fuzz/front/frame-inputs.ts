import type { Random } from '../../../services/ingest/src/media/mpd/testing/mutated.ts'
import { flags, frame, kinds } from '../../clients/h2-frames.ts'
import { headerBlock, uint32 } from '../../support/attacks/h2-attack.ts'
import { mutatedBytes } from '../mutated-bytes.ts'
import { mutatedFields } from './request-inputs.ts'

/** Types of frames (RFC 9113, 6) that no other client of the tests sends. */
const priority = 2
const pushPromise = 5
const continuation = 9

/** Frames of one stream in a valid or invalid order. One time in forty, bytes are changed anywhere. */
export function mutatedFrames(random: Random, id: number): Buffer {
  let isEnded = random(2) === 0
  const frames = [head(random, id, isEnded)]
  for (let more = random(6); more > 0; more--) {
    // Once a stream has ended most clients send nothing more on it.
    if (isEnded && random(50)) continue
    isEnded = random(3) === 0
    frames.push(anyFrame(random, random(100) ? id : random(9), isEnded))
  }
  const all = Buffer.concat(frames)
  return random(40) ? all : mutatedBytes(all, random)
}

function head(random: Random, id: number, isLast: boolean): Buffer {
  const block = headerBlock(mutatedFields(random))
  const end = isLast ? flags.endStream : 0
  if (random(4)) return frame(kinds.headers, flags.endHeaders | end, id, block)
  const cut = random(block.length)
  const rest = frame(continuation, random(100) ? flags.endHeaders : 0, id, block.subarray(cut))
  return Buffer.concat([frame(kinds.headers, end, id, block.subarray(0, cut)), rest])
}

function anyFrame(random: Random, id: number, isLast: boolean): Buffer {
  const end = isLast ? flags.endStream : 0
  // The first ones are what clients send; the others end a connection or a stream.
  switch (random(random(10) ? 6 : 9)) {
    case 0:
    case 1:
    case 2:
      return frame(kinds.data, end, id, Buffer.alloc(random(2) * random(16_000), 'x'))
    case 3:
      return frame(kinds.headers, flags.endHeaders | end, id, headerBlock(mutatedFields(random)))
    case 4:
      return frame(kinds.reset, 0, id, uint32(random(16)))
    case 5:
      return frame(
        kinds.settings,
        0,
        0,
        Buffer.concat([Buffer.from([0, random(9) ? 4 : random(9)]), uint32(random(2 ** 17))]),
      )
    case 6:
      return frame(
        kinds.windowUpdate,
        0,
        random(2) * id,
        uint32(random(9) ? 1 + random(65_536) : 2 ** 31 - 1),
      )
    case 7:
      return frame(priority, 0, id, Buffer.concat([uint32(random(9)), Buffer.from([random(256)])]))
    default:
      return frame(
        random(2) ? pushPromise : random(256),
        random(256),
        random(5),
        Buffer.alloc(random(40), random(256)),
      )
  }
}
