const extremes = [0, 1, 7, 8, 16, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]

/** One of some files with up to four changes, most of them at the places of box types, where they hurt. */
export function mutatedMedia(
  seed: Buffer,
  seeds: readonly Buffer[],
  random: (below: number) => number,
): Buffer {
  let bytes = Buffer.from(seed)
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(4) ? boxNear(bytes, random) : random(bytes.length)
    const rest = bytes.length - at
    const action = random(7)
    if (action === 0) bytes[at] = random(256)
    else if (action === 1 && rest >= 4) bytes.writeUInt32BE(extremes[random(extremes.length)] ?? 0, at)
    else if (action === 2 && rest >= 4) bytes.writeUInt32BE(random(100), at)
    else if (action === 3) bytes = Buffer.from(bytes.subarray(0, at + random(64)))
    else if (action === 4) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(40))])
    else if (action === 5) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at - random(at))])
    else if (action === 6)
      bytes = Buffer.concat([bytes.subarray(0, at), seeds[random(seeds.length)] ?? bytes])
    if (bytes.length < 16) return bytes
  }
  return bytes
}

/** Shortly around something that looks like a box. */
function boxNear(bytes: Buffer, random: (below: number) => number): number {
  const types = [
    'moov',
    'moof',
    'trak',
    'traf',
    'trun',
    'tfhd',
    'tfdt',
    'stsd',
    'mdia',
    'esds',
    'trex',
    'mdat',
  ]
  const found = bytes.indexOf(types[random(types.length)] ?? 'moof', random(bytes.length), 'latin1')
  const at = found < 0 ? random(1_500) : found - 4 + random(40)
  return Math.max(0, Math.min(bytes.length - 1, at))
}
