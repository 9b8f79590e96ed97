import type { Mark } from '../mark.ts'
import { type Lane, marksIn } from '../marks.ts'
import { xOf } from '../scale.ts'
import { type Picture, rankOf } from './canvas.ts'
import { paintMark, type Spot } from './mark-shapes.ts'

/**
 * Paints the marks of a lane with the lines of their requests, and adds the painted marks to `spots`. Joins marks that
 * are narrower than two pixels.
 */
export function paintLane(
  context: CanvasRenderingContext2D,
  picture: Picture,
  lane: Lane,
  y: number,
  each: number,
  spots: Spot[],
): void {
  const { scale, colors } = picture
  paintGaps(context, picture, lane, y + 4, each - 12)
  const requests = createRequestLines(context, colors.muted, y + each - 5)
  let joined: Mark | null = null
  let joinedX = 0
  const flush = () => {
    if (joined) spots.push(paintMark(context, picture, lane, joined, joinedX, 2, y, each))
    joined = null
  }
  for (const mark of marksIn(lane, scale.from - 1_000, scale.to + 1_000)) {
    const x = xOf(scale, mark.begin)
    const width = lane.kind === 'manifest' || mark.end === mark.begin ? 8 : xOf(scale, mark.end) - x - 1
    requests.add(xOf(scale, mark.firstByte), xOf(scale, mark.lastByte))
    if (width >= 2) {
      flush()
      spots.push(paintMark(context, picture, lane, mark, x, width, y, each))
    } else if (joined && x - joinedX < 2) {
      if (rankOf(mark.row) > rankOf((joined as Mark).row)) joined = mark
    } else {
      flush()
      joined = mark
      joinedX = x
    }
  }
  flush()
  requests.flush()
}

/** Paints requests as lines. Joins requests that follow each other within a pixel. */
function createRequestLines(context: CanvasRenderingContext2D, color: string, y: number) {
  let from = 0
  let to = Number.NEGATIVE_INFINITY
  return { add, flush }

  function add(begin: number, lastByte: number): void {
    const end = Math.max(begin + 1.5, lastByte)
    if (begin >= from && begin <= to + 1) to = Math.max(to, end)
    else {
      flush()
      from = begin
      to = end
    }
  }

  function flush(): void {
    context.fillStyle = color
    if (to > from) context.fillRect(from, y, to - from, 2)
  }
}

function paintGaps(
  context: CanvasRenderingContext2D,
  { scale, colors }: Picture,
  { gaps }: Lane,
  y: number,
  height: number,
): void {
  for (const [from, to] of gaps) {
    const [begin, end] = [Math.max(from, scale.from), Math.min(to, scale.to)]
    if (begin < end) paintGap(context, colors.error, xOf(scale, begin), xOf(scale, end), y, height)
  }
}

/** Paints a gap as hatching. */
function paintGap(
  context: CanvasRenderingContext2D,
  color: string,
  from: number,
  to: number,
  y: number,
  height: number,
): void {
  context.save()
  context.beginPath()
  context.rect(from, y, to - from, height)
  context.clip()
  context.strokeStyle = color
  context.lineWidth = 1
  context.beginPath()
  for (let x = from - height; x < to; x += 6) {
    context.moveTo(x, y + height)
    context.lineTo(x + height, y)
  }
  context.stroke()
  context.restore()
}
