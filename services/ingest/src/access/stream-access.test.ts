import { deepEqual, equal, rejects } from 'node:assert/strict'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createKeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { callerOf } from './decide.ts'
import { diskGrantFiles } from './disk/grant-files.ts'
import { streamAccessWith } from './stream-access.ts'

describe('to whom a stream belongs', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let time: number
  let lookUps: number
  const open = (files = diskGrantFiles(directory.path)) =>
    streamAccessWith({
      files,
      keyOfCreator: async (stream) => {
        lookUps++
        return stream === '1' ? 'creator' : null
      },
      runExclusively: createKeyedMutex(),
      now: () => new Date(time),
    })
  beforeEach(async () => {
    directory = await temporaryDirectory()
    time = 0
    lookUps = 0
    for (const stream of ['1', '2'])
      await mkdir(join(directory.path, 'journals', stream), { recursive: true })
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  it('is its creator where nothing else is stored, and admins alone where that is not known', async () => {
    deepEqual(await open().of('1'), { owner: 'creator', members: [] })
    for (const stream of ['2', '3', 'x', '../1'])
      deepEqual(await open().of(stream), { owner: null, members: [] })
  })

  it('is read once, not for each upload', async () => {
    const access = open()
    await access.of('1')
    for (let n = 0; n < 100; n++) deepEqual(access.of('1'), { owner: 'creator', members: [] })
    equal(lookUps, 1)
  })

  it('is read once for requests that come together', async () => {
    const access = open()
    await Promise.all(Array.from({ length: 40 }, () => access.of('1')))
    equal(lookUps, 1)
  })

  it('is what a change says, also where it was being read meanwhile', async () => {
    const files = diskGrantFiles(directory.path)
    const { promise: changed, resolve: onChanged } = Promise.withResolvers<void>()
    let reads = 0
    const access = open({
      ...files,
      async read(stream) {
        const isFirst = ++reads === 1
        const found = await files.read(stream)
        if (isFirst) await changed
        return found
      },
    })
    const before = access.of('1')
    await access.setOwner('1', 'heir')
    onChanged()
    await before
    equal((await access.of('1')).owner, 'heir')
  })

  it('changes at once here, within a second in another process, and stays over restarts', async () => {
    const [one, other] = [open(), open()]
    await other.of('1')
    await one.share('1', { key: 'k', name: 'cam' })
    const shared = { owner: 'creator', members: [{ key: 'k', name: 'cam' }] }
    deepEqual(one.of('1'), shared)
    time += 1_000
    deepEqual(await other.of('1'), shared)
    deepEqual(await open().of('1'), shared)
  })

  it('keeps what changes that come at once say', async () => {
    const access = open()
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
    await Promise.all(keys.map((key) => access.share('1', { key, name: null })))
    const { members } = await access.of('1')
    deepEqual(
      members.map(({ key }) => key),
      keys,
    )
  })

  it('is taken back, and not twice', async () => {
    const access = open()
    await access.share('1', { key: 'k', name: null })
    deepEqual((await access.unshare('1', 'k')).members, [])
    await rejects(access.unshare('1', 'k'), { code: 'object-unknown' })
  })

  it('is given away', async () => {
    const access = open()
    await access.setOwner('1', 'other')
    equal((await open().of('1')).owner, 'other')
    const grants = await access.of('1')
    equal(callerOf({ role: 'device', key: 'other' }, grants), 'owner')
    equal(callerOf({ role: 'device', key: 'creator' }, grants), 'stranger')
  })

  it('is refused in words where the stream is deleted meanwhile', async () => {
    const access = open()
    await rm(join(directory.path, 'journals/1'), { recursive: true })
    await rejects(access.share('1', { key: 'c'.repeat(64), name: null }), { code: 'stream-unknown' })
  })

  it('has at most a thousand keys', async () => {
    const files = diskGrantFiles(directory.path)
    const members = Array.from({ length: 1_000 }, (_, i) => ({ key: `k${i}`, name: null }))
    await files.write('1', { owner: null, members })
    await rejects(open().share('1', { key: 'one more', name: null }), { code: 'request-malformed' })
  })
})
