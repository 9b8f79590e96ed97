import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TlsSecret } from '@pushav/shared/api/evidence/keylog.ts'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { arrivalsOf, segment } from '../validation/testing/arrivals.ts'
import { openKeylogFile } from './disk/keylog-file.ts'
import { selectSecrets } from './select-secrets.ts'

const timeAt = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString()
const secret = (random: string, port: number, seconds: number, label = 'CLIENT_RANDOM'): TlsSecret => ({
  ...{ address: '192.0.2.7', port, at: timeAt(seconds) },
  line: `${label} ${random.repeat(64)} 00`,
})

/** An upload that began at a time on the connection of a port. */
function uploadOn(port: number, seconds: number): JudgedUpload {
  const [arrival] = arrivalsOf([segment(1_001)])
  if (!arrival) throw new Error('no arrival')
  const sender = { ...arrival.upload.sender, address: '192.0.2.7', port }
  return {
    ...{ upload: { ...arrival.upload, startedAt: timeAt(seconds), sender }, findings: [], session: '1' },
    ...{ track: null, status: 202, position: 0, init: null, initFacts: null, media: null },
  }
}

describe('the key log', () => {
  const log = createLogger('test', 'fatal')
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  beforeEach(async () => {
    directory = await temporaryDirectory()
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  it('has the lines of a connection behind the comment that names it, for this user alone', async () => {
    const path = join(directory.path, 'keys.log')
    await using file = await openKeylogFile(path, log)
    await Promise.all([
      file.append([secret('a', 1, 0), secret('a', 1, 0, 'EXPORTER_SECRET')]),
      file.append([secret('b', 2, 1)]),
    ])
    deepEqual((await readFile(path, 'utf8')).split('\n'), [
      '# connection 192.0.2.7 1 2026-01-01T00:00:00.000Z',
      `CLIENT_RANDOM ${'a'.repeat(64)} 00`,
      `EXPORTER_SECRET ${'a'.repeat(64)} 00`,
      '# connection 192.0.2.7 2 2026-01-01T00:00:01.000Z',
      `CLIENT_RANDOM ${'b'.repeat(64)} 00`,
      '',
    ])
    equal((await stat(path)).mode & 0o777, 0o600)
  })

  it('says in words why it cannot be written', async () => {
    await mkdir(join(directory.path, 'folder'))
    for (const name of ['none/keys.log', 'folder'])
      await rejects(openKeylogFile(join(directory.path, name), log), (error) => {
        match(String(error), /KEYLOG: .*(none\/keys\.log|folder) cannot be written \(E[A-Z]+\)/)
        return true
      })
    await rejects(openKeylogFile('/dev/null', log), /KEYLOG: \/dev\/null is no file/)
  })

  it('is selected by the connections of uploads, also where a port is used again', async () => {
    await using file = await openKeylogFile(join(directory.path, 'keys.log'), log)
    await file.append([
      secret('a', 1, 0),
      secret('b', 1, 100),
      secret('b', 1, 100, 'EXPORTER_SECRET'),
      secret('c', 1, 200),
      secret('d', 1, 300),
      secret('e', 2, 100),
    ])
    async function* uploads() {
      yield [uploadOn(1, 101), uploadOn(1, 210)]
    }
    const selected = await Array.fromAsync(selectSecrets(file, uploads()))
    deepEqual(
      selected.map((line) => line.slice(0, line.indexOf(' ') + 2)),
      ['CLIENT_RANDOM b', 'EXPORTER_SECRET b', 'CLIENT_RANDOM c'],
    )
    ok(selected.every((line) => line.endsWith('\n')))
  })
})
