import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { openAuditFile } from './audit-file.ts'

const silent = createLogger('test', 'silent')
const who = { role: 'admin', name: 'admin', certificate: null }
const entry = (event: string) => ({ event, outcome: 'ok', who, address: '192.0.2.7' }) as const

describe('the audit log', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let time = 0
  const now = () => new Date(time++)
  const linesOf = async (name: string) =>
    (await readFile(join(directory.path, name), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  beforeEach(async () => {
    directory = await temporaryDirectory()
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  it('cannot steer the terminal of its reader, whatever names are in it', async () => {
    const name = '\u009b31m\u202e\u2028\u{e0001}é'
    {
      await using audit = openAuditFile(directory.path, now, silent)
      audit.write({ ...entry('named'), details: { name } })
    }
    const text = await readFile(join(directory.path, 'audit.jsonl'), 'utf8')
    equal(JSON.parse(text).details.name, name)
    equal(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text.trimEnd()), false)
  })

  it('has a line for each entry, in their order, that only this user reads', async () => {
    {
      await using audit = openAuditFile(directory.path, now, silent)
      for (let n = 0; n < 50; n++) audit.write(entry(`e${n}`))
    }
    {
      await using audit = openAuditFile(directory.path, now, silent)
      audit.write(entry('later'))
    }
    const lines = await linesOf('audit.jsonl')
    deepEqual(
      lines.map(({ event }) => event),
      [...Array.from({ length: 50 }, (_, n) => `e${n}`), 'later'],
    )
    equal((await stat(join(directory.path, 'audit.jsonl'))).mode & 0o777, 0o600)
  })

  it('is put aside when it has grown, and the oldest goes', async () => {
    for (let n = 0; n < 6; n++) {
      await using audit = openAuditFile(directory.path, now, silent, { maxBytes: 10, maxOld: 3 })
      audit.write(entry(`e${n}`))
    }
    const names = (await readdir(directory.path)).filter((name) => name.endsWith('.jsonl')).sort()
    equal(names.length, 3)
    ok(names.every((name) => /^audit-.*\.jsonl$/.test(name)))
    deepEqual(
      (await Promise.all(names.map(linesOf))).flat().map(({ event }) => event),
      ['e3', 'e4', 'e5'],
    )
  })

  it('is put aside once by several processes that write it, and no line is lost', async () => {
    {
      const open = () => openAuditFile(directory.path, now, silent, { maxBytes: 4_000, maxOld: 1_000 })
      await using one = open()
      await using two = open()
      await using three = open()
      for (let n = 0; n < 300; n++) {
        for (const audit of [one, two, three]) audit.write(entry('written'))
        await new Promise(setImmediate)
      }
    }
    const names = (await readdir(directory.path)).filter((name) => name.endsWith('.jsonl'))
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory.path, name))).size))
    equal((await Promise.all(names.map(linesOf))).flat().length, 900)
    ok(names.some((name) => name !== 'audit.jsonl'))
    // One that another process has just put aside is not put aside again while it is small.
    ok(names.every((name, i) => name === 'audit.jsonl' || (sizes[i] ?? 0) > 4_000))
  })

  it('counts what comes faster than the disk takes it', async () => {
    {
      await using audit = openAuditFile(directory.path, now, silent)
      for (let n = 0; n < 3_000; n++) audit.write(entry('refused'))
    }
    const lines = await linesOf('audit.jsonl')
    const dropped = lines.find(({ event }) => event === 'lines-dropped')
    equal(lines.length - 1 + dropped.details.count, 3_000)
    ok(lines.length < 2_000)
  })

  it('loses no line of what was done to any number of refusals', async () => {
    const limits = { maxBytes: 10, maxOld: 3 }
    for (let n = 0; n < 6; n++) {
      await using audit = openAuditFile(directory.path, now, silent, limits)
      if (n === 0) audit.write(entry('done'))
      for (let refusals = 0; refusals < 2_000; refusals++) audit.write({ ...entry('no'), outcome: 'refused' })
      if (n === 5) audit.write(entry('done later'))
    }
    const names = (await readdir(directory.path)).filter((name) => name.endsWith('.jsonl'))
    const done = names.filter((name) => !name.startsWith('audit-refused'))
    deepEqual(
      (await Promise.all(done.sort().map(linesOf))).flat().map(({ event }) => event),
      ['done', 'done later'],
    )
    equal(names.length - done.length, 3)
  })

  it('says in the log that it cannot be written, and stops nothing', async () => {
    const logged: string[] = []
    await mkdir(join(directory.path, 'audit.jsonl'))
    {
      const log = createLogger('test', 'info', { write: (line: string) => void logged.push(line) })
      await using audit = openAuditFile(directory.path, now, log)
      audit.write(entry('one'))
    }
    equal(logged.length, 1)
  })
})
