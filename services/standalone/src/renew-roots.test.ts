import { deepEqual, equal, match, notEqual } from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { killing, launch } from './testing/launch.ts'

describe('--renew-roots', function () {
  this.timeout(120_000)

  it('makes roots with the same keys, keeps the old ones aside, and leaves a server that starts', async () => {
    await using directory = await temporaryDirectory()
    const roots = () =>
      Promise.all(
        ['server', 'device'].map(
          async (hierarchy) =>
            new X509Certificate(await readFile(join(directory.path, 'certs', hierarchy, 'root.pem'))),
        ),
      )
    // The first run makes them.
    equal(await launch('--renew-roots', '--working-directory', directory.path).ended, 0)
    const before = await roots()
    const work = launch('--renew-roots', '--working-directory', directory.path)
    equal(await work.ended, 0)
    match(work.said(), /root renewed/)
    const after = await roots()
    deepEqual(
      after.map(({ publicKey }, i) => before[i] && publicKey.equals(before[i].publicKey)),
      [true, true],
    )
    for (const [i, { serialNumber }] of after.entries()) notEqual(serialNumber, before[i]?.serialNumber)
    equal((await readdir(join(directory.path, 'certs/replaced'))).length, 4)
    const server = launch('--port', '0', '--working-directory', directory.path)
    await using _ = killing(server)
    await server.saying(/Running on/)
    const busy = launch('--renew-roots', '--working-directory', directory.path)
    equal(await busy.ended, 1)
    match(busy.said(), /in use by another push-av-server/)
  })

  it('wants a working directory', async () => {
    const work = launch('--renew-roots')
    equal(await work.ended, 1)
    match(work.said(), /--working-directory/)
  })
})
