import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { access, mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tryLock } from '@pushav/shared/lib/file-lock.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { openInstance } from './instance-locks.ts'

describe('the names of ingest processes', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  beforeEach(async () => {
    directory = await temporaryDirectory()
  })
  afterEach(() => directory[Symbol.asyncDispose]())
  const open = (wanted: string | null = null) => openInstance(directory.path, wanted)
  const recordOf = (name: string) => join(directory.path, 'instances', `${name}.json`)

  it('are the first that no process has, and those of processes that ended come back', async () => {
    const first = await open()
    using second = await open()
    equal(first.name, 'ingest-1')
    equal(second.name, 'ingest-2')
    first[Symbol.dispose]()
    using third = await open()
    equal(third.name, 'ingest-1')
    using chosen = await open('kitchen')
    equal(chosen.name, 'kitchen')
  })

  it('are given to one process each, however many start at once', async () => {
    const opened = await Promise.all(Array.from({ length: 8 }, () => open()))
    deepEqual(
      opened.map(({ name }) => name).sort(),
      Array.from({ length: 8 }, (_, i) => `ingest-${i + 1}`),
    )
    for (const instance of opened) instance[Symbol.dispose]()
  })

  it('can be locked by another process only when theirs is gone, and are settled once', async () => {
    const gone = await open('one')
    using here = await open('two')
    deepEqual(await here.others(), ['one'])
    equal(await here.lock('one'), null)
    gone[Symbol.dispose]()
    using locked = await here.lock('one')
    ok(locked)
    await locked.settle()
    deepEqual(await here.others(), [])
    using settled = await open('three')
    await settled.settle()
    deepEqual(await here.others(), [])
  })

  it('include those of folders with bodies that a version without records has left', async () => {
    await mkdir(join(directory.path, 'staging/old'), { recursive: true })
    await mkdir(join(directory.path, 'staging/empty'), { recursive: true })
    await writeFile(join(directory.path, 'staging/old/body'), '')
    using here = await open()
    deepEqual(await here.others(), ['old'])
    using locked = await here.lock('old')
    ok(locked)
  })

  it('of another machine, whose locks may not reach this one, are free once their records are old', async () => {
    using here = await open('here')
    await writeFile(recordOf('ingest-1'), JSON.stringify({ machine: 'another' }))
    using second = await open()
    equal(second.name, 'ingest-2')
    equal(await here.lock('ingest-1'), null)
    const old = new Date(Date.now() - 40_000)
    await utimes(recordOf('ingest-1'), old, old)
    using first = await open()
    equal(first.name, 'ingest-1')
  })

  it('with a damaged record are decided by the lock alone', async () => {
    using here = await open()
    await writeFile(recordOf('torn'), '{"machi')
    using locked = await here.lock('torn')
    ok(locked)
  })

  it('say who has them', async () => {
    using here = await open()
    const record = JSON.parse(await readFile(recordOf(here.name), 'utf8'))
    equal(record.pid, process.pid)
    await access(join(directory.path, 'instances', `${here.name}.lock`))
    equal(tryLock(join(directory.path, 'instances', `${here.name}.lock`)), null)
  })

  it('cannot be had where the folder cannot be made', async () => {
    await writeFile(join(directory.path, 'instances'), '')
    await rejects(open(), { code: 'EEXIST' })
  })
})
