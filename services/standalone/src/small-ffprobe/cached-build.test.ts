import { deepEqual, equal, ok } from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { type CachedBuild, openCachedBuild, versionOf } from './cached-build.ts'

describe('a build that is cached for each version', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let script: string
  let builds = 0
  beforeEach(async () => {
    directory = await temporaryDirectory()
    script = join(directory.path, 'build.sh')
    builds = 0
    await writeFile(script, '# how it is built')
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  const open = (version = '5.1.9-0+deb12u1') => openCachedBuild(directory.path, version, script)

  /** A program that says it is an ffprobe. */
  async function works(target: string) {
    builds++
    await writeFile(target, '#!/bin/sh\necho "ffprobe version 5.1.9 Copyright"\n')
    await chmod(target, 0o755)
    return 'built' as const
  }

  async function buildWith(cached: CachedBuild, build: Parameters<CachedBuild['build']>[0]) {
    const outcome = await cached.build(build)
    return outcome.state
  }

  it('is made once, found afterwards, and made anew for another version or another recipe', async () => {
    const cached = await open()
    equal(await cached.find(), null)
    equal(await buildWith(cached, works), 'built')
    const program = await (await open()).find()
    equal(await versionOf(program ?? ''), '5.1.9')
    equal(await (await open('5.1.10')).find(), null)
    await writeFile(script, '# built otherwise')
    equal(await (await open()).find(), null)
  })

  it('is not tried again after it failed, until the file that says so is removed', async () => {
    const cached = await open()
    const outcome = await cached.build(async () => ({ failure: 'exit code 2; no such file: x.h' }))
    ok(outcome.state === 'failed')
    equal(outcome.reason, 'exit code 2; no such file: x.h')
    equal(await readFile(outcome.marker, 'utf8'), 'exit code 2; no such file: x.h\n')
    equal(await buildWith(await open(), works), 'skipped')
    equal(builds, 0)
    await rm(outcome.marker)
    equal(await buildWith(cached, works), 'built')
  })

  it('fails when what was built does not run', async () => {
    const cached = await open()
    const outcome = await cached.build(async (target) => {
      await writeFile(target, 'no program')
      return 'built'
    })
    deepEqual([outcome.state, await cached.find()], ['failed', null])
  })

  it('is tried again after it was stopped, and leaves no temporary files', async () => {
    const cached = await open()
    let folder = ''
    const end = await buildWith(cached, async (target, work) => {
      folder = dirname(target)
      await mkdir(join(work, 'deep'))
      await writeFile(join(work, 'deep/half.o'), '')
      return 'stopped'
    })
    deepEqual([end, await readdir(folder)], ['skipped', ['lock']])
    equal(await buildWith(cached, works), 'built')
  })

  it('is left to the process that is at it', async () => {
    const [one, other] = [await open(), await open()]
    const begun = Promise.withResolvers<void>()
    const may = Promise.withResolvers<void>()
    const first = buildWith(one, async (target) => {
      begun.resolve()
      await may.promise
      return works(target)
    })
    await begun.promise
    equal(await buildWith(other, works), 'skipped')
    may.resolve()
    equal(await first, 'built')
    equal(builds, 1)
  })
})
