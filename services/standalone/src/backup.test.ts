import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { directoryWithRoots } from '../../ingest/src/testing/certificates.ts'
import { killing, launch } from './testing/launch.ts'

describe('backup', function () {
  this.timeout(60_000)

  it('copies the working directory of a running server, and says what it cannot copy to', async () => {
    await using directory = await directoryWithRoots()
    await using target = await temporaryDirectory()
    const server = launch('--port', '0', '--working-directory', directory.path)
    await using _ = killing(server)
    await server.saying(/Running on/)
    const work = launch('--backup', target.path, '--working-directory', directory.path)
    equal(await work.ended, 0)
    match(work.said(), /^\[[\d:.]+\] INFO: backup: the backup is complete \{.*"missing":0/m)
    deepEqual((await readdir(target.path)).sort(), ['access', 'backup.json', 'certs', 'journals', 'uploads'])
    equal(JSON.parse(await readFile(join(target.path, 'backup.json'), 'utf8')).missing, 0)

    await using taken = await temporaryDirectory()
    await writeFile(join(taken.path, 'mine'), 'precious')
    const refused = launch('--backup', taken.path, '--working-directory', directory.path)
    equal(await refused.ended, 1)
    match(refused.said(), /^the backup is not complete: .*an empty folder.*$/m)
    const nowhere = launch('--backup', target.path)
    equal(await nowhere.ended, 1)
    match(nowhere.said(), /--working-directory/)
  })

  it('says in a sentence what it cannot copy, and what it cannot copy to', async () => {
    await using directory = await directoryWithRoots()
    await mkdir(join(directory.path, 'journals'))
    await using target = await temporaryDirectory()
    await using other = await temporaryDirectory()
    const empty = launch('--backup', target.path, '--working-directory', other.path)
    equal(await empty.ended, 1)
    match(empty.said(), /^there is no working directory of this server at .+$/m)
    const file = join(target.path, 'mine')
    await writeFile(file, 'precious')
    const barred = launch('--backup', join(file, 'copy'), '--working-directory', directory.path)
    equal(await barred.ended, 1)
    match(barred.said(), /^cannot copy to .+mine\/copy: a file is in the way$/m)
  })
})
