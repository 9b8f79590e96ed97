import { equal } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { createRoom, removeAbandonedRooms } from './room.ts'

describe('removeAbandonedRooms', () => {
  it('removes what was left behind long ago and nothing that may be in use', async () => {
    using old = createRoom(null, Buffer.from('init'))
    using young = createRoom(null, null)
    await utimes(old.directory, 0, Date.now() / 1_000 - 700)
    await removeAbandonedRooms(Date.now())
    equal(existsSync(old.directory), false)
    equal(existsSync(young.directory), true)
  })
})
