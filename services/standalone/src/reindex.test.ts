import { equal, match } from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { directoryWithRoots } from '../../ingest/src/testing/certificates.ts'
import { killing, launch } from './testing/launch.ts'

describe('reindex', function () {
  this.timeout(60_000)

  it('makes the index anew, says how much there was, and ends', async () => {
    await using directory = await temporaryDirectory()
    const journal = join(directory.path, 'journals', '7')
    await mkdir(journal, { recursive: true })
    const created = { kind: 'stream-created', id: 'x', at: '2026-01-01T00:00:00.000Z', interface: 'dash' }
    await writeFile(
      join(journal, 'one.ndjson'),
      `${JSON.stringify({ ...created, strict: false, creator: null })}\n`,
    )
    const work = launch('--reindex', '--working-directory', directory.path)
    await using _ = killing(work)
    equal(await work.ended, 0)
    match(work.said(), /reindexed .*"streams":1,"uploads":0/)
  })

  it('refuses a working directory that a server uses, and one that is not named', async () => {
    await using directory = await directoryWithRoots()
    const server = launch('--port', '0', '--working-directory', directory.path)
    await using _ = killing(server)
    await server.saying(/Running on/)
    const work = launch('--reindex', '--working-directory', directory.path)
    equal(await work.ended, 1)
    match(work.said(), /in use by another push-av-server/)
    const nowhere = launch('--reindex')
    equal(await nowhere.ended, 1)
    match(nowhere.said(), /--working-directory/)
  })
})
