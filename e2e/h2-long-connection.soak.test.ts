import { deepEqual, equal, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { makeDevice, makeStream } from './clients/curl.ts'
import { buildGenerator, type LoadResult } from './load/putload.ts'
import { readBody, readJournal, sha256Of } from './server/journal.ts'
import { pauseProcess } from './server/pause-process.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

const count = 20_000

describe('one HTTP/2 connection with thousands of uploads, 16 at a time', function () {
  this.timeout(120_000)
  const server = serverOfSuite()
  const body = randomBytes(700)
  let account: LoadResult
  let stream = ''

  before('pushes', async function () {
    await using directory = await temporaryDirectory()
    const generate = await buildGenerator(directory.path)
    if (typeof generate === 'string') {
      console.error(`######## SKIPPED: ${generate} ########`)
      return this.skip()
    }
    // Thousands of probes would take the processor from what is tested here.
    using _paused = await pauseProcess(server(), 'probe')
    const file = join(directory.path, 'body')
    await writeFile(file, body)
    const device = await makeDevice(server(), 'long')
    stream = await makeStream(server())
    account = await generate({
      url: `${server().url}/streams/${stream}/video_{n}.m4s`,
      identity: { ...device, cacert: server().rootCertificate },
      body: file,
      isHttp2: true,
      streams: 16,
      until: { count },
    })
  })

  it('answers every one, on that one connection', () => {
    const { ok, connects, statuses, errors, complaint } = account
    deepEqual({ ok, connects, statuses, errors, complaint }, expected)
  })

  it('keeps the bytes of every one', async () => {
    const { uploads } = await readJournal(server(), stream)
    equal(new Set(uploads.map(({ path }) => path)).size, count)
    equal(uploads.length, count)
    const whole = uploads.filter(({ sha256, whole }) => whole && sha256 === sha256Of(body))
    equal(whole.length, count)
    for (const { id } of uploads) ok(body.equals(await readBody(server(), stream, id)), id)
  })
})

const expected = { ok: count, connects: 1, statuses: { 202: count }, errors: {}, complaint: '' }
