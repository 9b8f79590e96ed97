import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createDiskSpace } from './disk-space.ts'

const mebibyte = 1_048_576

function spaceWith(freeMiB: number) {
  const disk = { free: freeMiB * mebibyte, asked: 0, nowMs: 0, refusals: 0 }
  const space = createDiskSpace({
    async freeBytes() {
      disk.asked++
      return disk.free
    },
    reserveBytes: mebibyte,
    nowMs: () => disk.nowMs,
    onRefusal: () => void disk.refusals++,
  })
  return { disk, space }
}

describe('createDiskSpace', () => {
  it('asks the system once for many uploads', async () => {
    const { disk, space } = spaceWith(100)
    for (let i = 0; i < 50; i++) await space.take(1_000)
    equal(disk.asked, 1)
  })

  it('refuses what would reach into the reserve, and nothing once there is room', async () => {
    const { disk, space } = spaceWith(2)
    await rejects(space.take(mebibyte), { code: 'disk-full' })
    deepEqual([disk.refusals, disk.asked], [1, 2])
    disk.free *= 2
    await space.take(mebibyte)
  })

  it('counts what was announced and has not come, and not twice what has', async () => {
    const { disk, space } = spaceWith(10)
    await space.take(6 * mebibyte)
    await rejects(space.take(4 * mebibyte), { code: 'disk-full' })
    space.settle(6 * mebibyte)
    disk.free -= 6 * mebibyte
    disk.nowMs += 2_000
    await space.take(2 * mebibyte)
    await rejects(space.take(2 * mebibyte), { code: 'disk-full' })
  })
})
