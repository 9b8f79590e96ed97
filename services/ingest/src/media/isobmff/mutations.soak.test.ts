import { deepEqual, equal } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Part } from './inspector.ts'
import { inspect, inspectInRandomPieces } from './testing/inspect.ts'
import { makeMedia, read } from './testing/media.ts'
import { mutatedMedia } from './testing/mutated-media.ts'
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
      const bytes = mutatedMedia(seeds[round % seeds.length] ?? Buffer.alloc(0), seeds, random)
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
