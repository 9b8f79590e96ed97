import { equal } from 'node:assert/strict'
import { cameraFigures } from './camera-capacity.ts'

describe('planning with cameras', () => {
  it('takes a quarter of each size a second', () => {
    const figures = cameraFigures({
      'proxy µs@1 MiB': 3_000,
      'proxy µs@8 KiB': 1_000,
      'Redis bytes@1 MiB': 1_000,
    })
    equal(figures['cameras a core of proxy'], 1_000)
    equal(figures['Redis MB a camera and day'], 21.6)
  })
})
