import { deepEqual, equal } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Part } from './inspector.ts'
import { inspect, inspectInRandomPieces } from './testing/inspect.ts'
import { makeMedia, read } from './testing/media.ts'
import { createRandom } from './testing/random.ts'

describe('createInspector with mutations of what ffmpeg makes', () => {
  let directory = ''

  before(async function () {
    this.timeout(90_000)
    directory = await mkdtemp(join(tmpdir(), 'media-'))
    await makeMedia(directory)
  })
  after(() => rm(directory, { recursive: true }))

  it('takes 20 000 mutations without throwing or lingering, and split like whole', async function () {
    this.timeout(120_000)
    const random = createRandom(2)
    const names = [
      'prft.mp4',
      'multiplexed.mp4',
      'encrypted.mp4',
      'aac.mp4',
      'hevc.mp4',
      'chunk-stream0-00001.m4s',
    ]
    const seeds = await Promise.all(
      names.map(async (name) => (await read(directory, name)).subarray(0, 20_000)),
    )
    let worstMs = 0
    let faulty = 0
    for (let round = 0; round < 20_000; round++) {
      const bytes = mutated(seeds[round % seeds.length] ?? Buffer.alloc(0), seeds, random)
      const start = process.cpuUsage().user
      const whole = inspect(bytes)
      worstMs = Math.max(worstMs, (process.cpuUsage().user - start) / 1_000)
      if (whole.faults.length > 0) faulty++
      if (round % 20 === 0) deepEqual(inspectInRandomPieces(bytes, random), whole)
      equal(isInOrder(whole.parts, bytes.length), true)
    }
    equal(worstMs < 250, true, `worst ${worstMs} ms`)
    equal(faulty > 5_000, true, `${faulty} had faults`)
  })
})

/** Parts follow each other and never overlap. */
function isInOrder(parts: readonly Part[], bytes: number): boolean {
  const ends = [0, ...parts.map(({ to }) => to)]
  return parts.every(({ from, to }, at) => from >= (ends[at] ?? 0) && from < to && to <= bytes)
}

const extremes = [0, 1, 7, 8, 16, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]

/** Most changes hit the places of box types, where they hurt. */
function mutated(seed: Buffer, seeds: readonly Buffer[], random: (below: number) => number): Buffer {
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
