/** Where a box of a valid file stands. */
export interface BoxPosition {
  readonly type: string
  readonly start: number
  /** How many boxes hold it. */
  readonly depth: number
  /** Bytes from its first one to the end of what holds it. */
  readonly available: number
}

/** Containers that are looked into; of the traks in a moov the first alone. */
const containers = new Set('moov trak mdia minf stbl mvex udta moof traf'.split(' '))

/** All boxes of a valid file that are looked at, found in another way than the product finds them. */
export function boxPositionsIn(bytes: Buffer, from = 0, to = bytes.length, depth = 0): BoxPosition[] {
  const positions: BoxPosition[] = []
  let traks = 0
  for (let start = from; start < to; start += bytes.readUInt32BE(start)) {
    const type = bytes.toString('latin1', start + 4, start + 8)
    const end = start + bytes.readUInt32BE(start)
    positions.push({ type, start, depth, available: to - start })
    const isLooked =
      containers.has(type) && !(type === 'udta' && depth < 2) && !(type === 'trak' && ++traks > 1)
    if (isLooked) positions.push(...boxPositionsIn(bytes, start + 8, end, depth + 1))
  }
  return positions
}
