import { deepEqual, equal } from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { diskSessionFiles } from './disk/session-files.ts'
import { sessionSeconds, sessionsWith } from './sessions.ts'

describe('sessions', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let time: number
  let count: number
  const open = async () =>
    sessionsWith(
      await diskSessionFiles(directory.path),
      () => `cookie-${++count}`,
      () => new Date(time),
    )
  beforeEach(async () => {
    directory = await temporaryDirectory()
    time = Date.parse('2026-11-28T12:00:00Z')
    count = 0
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  it('are found by their cookie alone, also after a restart', async () => {
    const { cookie, session } = await (await open()).begin('viewer', 'Ada')
    const later = await open()
    deepEqual(await later.find(cookie), session)
    for (const strange of ['', session.hash, '../sessions', 'cookie-2'])
      equal(await later.find(strange), null)
  })

  it('end at once where they are ended, and within a second elsewhere', async () => {
    const [one, other] = [await open(), await open()]
    const { cookie, session } = await one.begin('admin', null)
    equal((await other.find(cookie))?.role, 'admin')
    await one.end(session)
    equal(await one.find(cookie), null)
    time += 1_000
    equal(await other.find(cookie), null)
  })

  it('end all at once', async () => {
    const [one, other] = [await open(), await open()]
    const [first, second] = [await one.begin('admin', null), await one.begin('viewer', null)]
    equal((await other.find(second.cookie))?.role, 'viewer')
    equal(await one.endAll(), 2)
    equal(await one.find(first.cookie), null)
    equal(await other.exists(second.session), false)
    time += 1_000
    equal(await other.find(second.cookie), null)
  })

  it('end after twelve hours', async () => {
    const sessions = await open()
    const { cookie } = await sessions.begin('viewer', null)
    time += sessionSeconds * 1_000 - 1
    equal((await sessions.find(cookie))?.role, 'viewer')
    time += 1
    equal(await sessions.find(cookie), null)
    await sessions.begin('viewer', null)
    equal((await readdir(join(directory.path, 'access/sessions'))).length, 1)
  })

  it('are at most a thousand: the oldest ends', async function () {
    this.timeout(60_000)
    const files = await diskSessionFiles(directory.path)
    const sessions = await open()
    const oldest = await sessions.begin('viewer', null)
    const { session } = oldest
    for (let n = 1; n < 1_000; n++)
      await files.write({
        ...session,
        hash: n.toString(16).padStart(64, '0'),
        createdAt: new Date(time + n).toISOString(),
      })
    time += 2_000
    const newest = await sessions.begin('viewer', null)
    equal(await sessions.find(oldest.cookie), null)
    deepEqual(await sessions.find(newest.cookie), newest.session)
    equal((await files.list()).length, 1_000)
  })
})
